import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { lineageAt, replayMigrations } from '@varve/migrations';
import { quoteIdentifier } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeDatabase } from '../../../migrations/src/testing/describe-database.ts';
import {
  type LineageSample,
  lineageSamples,
} from '../../../migrations/src/testing/lineages/sample-lineage.ts';
import { upgradeArchive } from '../index.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

const isDeep = process.env.VARVE_DEEP === '1';
/** Beyond the first a file is changed where it lies, or built there; beyond the second it is replayed there too. */
const sizes = isDeep ? [1.1, 1.1, 3, 9].map((mebibytes) => mebibytes * 2 ** 20) : [1.1 * 2 ** 20];

/** How SQLite was told to lay a file out. */
const layouts = fc.record({
  sizeBytes: fc.constantFrom(...sizes),
  pageBytes: fc.constantFrom(512, 1024, 4096, 8192, 65_536),
  autoVacuum: fc.constantFrom(0, 0, 1, 2),
  reservedBytes: fc.constantFrom(0, 0, 12, 32),
  encoding: fc.constantFrom('UTF-8', 'UTF-8', 'UTF-16le', 'UTF-16be'),
  journalMode: fc.constantFrom('DELETE', 'WAL'),
  /** Of the application's own: beside a view nothing is changed in place. */
  own: fc.constantFrom(
    '',
    '',
    'CREATE TABLE own (k text PRIMARY KEY, v) WITHOUT ROWID',
    'CREATE VIEW own AS SELECT 1',
    'ANALYZE',
  ),
});
type Layout = typeof layouts extends fc.Arbitrary<infer T> ? T : never;

/** One page. What is reserved of each is for extensions that encrypt: https://www.sqlite.org/fileformat.html#resbytes */
function emptyFile({ pageBytes, autoVacuum, reservedBytes, encoding }: Layout): Buffer {
  const sqlite = new Database(':memory:');
  sqlite.exec(`PRAGMA page_size = ${pageBytes}; PRAGMA auto_vacuum = ${autoVacuum}; PRAGMA encoding = '${encoding}';
    CREATE TABLE t (a); DROP TABLE t; VACUUM`);
  const image = sqlite.serialize();
  sqlite.close();
  image[20] = reservedBytes;
  image.writeUInt16BE((pageBytes - reservedBytes) & 0xffff, 105);
  return image;
}

/** False where its tables take no more rows. */
function writeLarger(path: string, { lineage, from, rows }: LineageSample, layout: Layout): boolean {
  writeFileSync(path, emptyFile(layout));
  const sqlite = new Database(path);
  sqlite.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY');
  replayMigrations(sqlite, lineageAt(lineage, from));
  sqlite.exec('PRAGMA foreign_keys = OFF; BEGIN');
  for (const row of rows) sqlite.exec(row.replace('INSERT', 'INSERT OR IGNORE'));
  const isLarge = fillUp(sqlite, layout.sizeBytes);
  sqlite.exec(`${layout.own}; COMMIT; PRAGMA journal_mode = ${layout.journalMode}`);
  sqlite.close();
  return isLarge;
}

/** Small rows, some that overflow, and gaps where every seventh was. */
function fillUp(sqlite: Database.Database, sizeBytes: number): boolean {
  const names = sqlite
    .prepare<[], string>(
      `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
       AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_\\_drizzle%' ESCAPE '\\'`,
    )
    .pluck()
    .all();
  const fillings = names.flatMap((name) => {
    const columns = sqlite.prepare('SELECT name, pk FROM pragma_table_info(?)').all(name) as {
      name: string;
      pk: number;
    }[];
    const list = columns.map((column) => quoteIdentifier(column.name));
    const table = quoteIdentifier(name);
    const insert = `INSERT OR IGNORE INTO ${table} (${list}) VALUES (${list.map(() => '?')})`;
    const remove = `DELETE FROM ${table} WHERE ${list[0]} IN (SELECT ${list[0]} FROM ${table} LIMIT 1)`;
    // No row gets into a table whose triggers ask for what it has not, as a rowid.
    const [inserting, removing] = [insert, remove].map((sql) => attempt(() => sqlite.prepare(sql)));
    return inserting && removing ? [{ columns, insert: inserting, remove: removing }] : [];
  });
  for (let row = 1_000; row < 30_000; row++) {
    if (Number(sqlite.pragma('page_count', { simple: true })) * pageBytesOf(sqlite) >= sizeBytes) return true;
    for (const { columns, insert, remove } of fillings) {
      attempt(() => insert.run(columns.map(({ pk }, at) => (pk > 0 ? row : cellOf(row + at)))));
      if (row % 7 === 0) attempt(() => remove.run());
    }
  }
  return false;
}

function pageBytesOf(sqlite: Database.Database): number {
  return Number(sqlite.pragma('page_size', { simple: true }));
}

function cellOf(seed: number): unknown {
  const kind = seed % 11;
  if (kind === 0) return 'ünï '.repeat(1 + ((seed * 37) % 3000));
  if (kind === 1) return Buffer.alloc((seed * 91) % 9000, seed);
  if (kind === 2) return null;
  if (kind < 5) return seed / 8;
  return kind < 8 ? BigInt(seed) : `${kind === 8 ? '{"k":1}' : 'text '}${kind === 8 ? '' : seed}`;
}

/** A constraint of the table may reject it, or a trigger. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function describe(path: string): unknown {
  const sqlite = new Database(path, { readonly: true });
  try {
    const has = sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").get();
    const counters = has && sqlite.prepare('SELECT name, seq FROM sqlite_sequence ORDER BY name').all();
    const layout = sqlite.pragma('auto_vacuum', { simple: true });
    const { ledger, ...all } = describeDatabase(sqlite) as { ledger: unknown[][] };
    // Their ids are marks of an upgrade.
    const migrations = ledger.map(([, ...row]) => row);
    return { all, migrations, counters, layout, check: sqlite.pragma('integrity_check') };
  } finally {
    sqlite.close();
  }
}

function replay(path: string, { lineage }: LineageSample): unknown {
  const sqlite = new Database(path);
  try {
    sqlite.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = DELETE');
    replayMigrations(sqlite, lineage);
  } catch (error) {
    return error;
  } finally {
    sqlite.close();
  }
  return describe(path);
}

it('a larger file, however SQLite laid it out, comes to what a replay makes of it', {
  timeout: 3_600_000,
}, async () => {
  const dir = makeTempDir();
  const [path, one, other] = ['archive.db', 'one.db', 'other.db'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ];
  const hows: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(lineageSamples(), layouts, fc.boolean(), async (sample, layout, isFull) => {
      if (!writeLarger(path, sample, layout)) return;
      for (const copy of [one, other]) copyFileSync(path, copy);
      const expected = replay(one, sample);
      const verify = isFull ? 'full' : 'counts';
      const options = { lineage: sample.lineage, acceptLoss: true, verify } as const;
      const result = await upgradeArchive(path, options).catch((error: unknown) => error);
      // Where clock or chance decides, there is nothing to hold it against.
      if (!isDeepStrictEqual(replay(other, sample), expected)) return;
      if (expected instanceof VarveError) return void expect(result).toMatchObject({ code: expected.code });
      const { how = 'failed' } = result as { how?: string };
      hows[how] = (hows[how] ?? 0) + 1;
      expect(describe(path)).toEqual(expected);
    }),
    { numRuns: isDeep ? 400 : 10, endOnFailure: true },
  );
  console.log(hows);
  expect(hows.patched).toBeGreaterThan(0);
});
