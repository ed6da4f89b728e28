import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { type Lineage, lineageAt } from '../lineage/index.ts';
import { replayMigrations } from '../replay/replay.ts';
import { tableOfJson } from '../testing/lineages/rows-of-json.ts';
import { payloads } from '../testing/lineages/sample-json.ts';
import { chainedUpdates } from '../testing/lineages/sample-json-chains.ts';
import { lineageOf } from '../testing/test-lineage.ts';
import { patchFile } from './patch-file.ts';
import { patchOf } from './patch-of.ts';

const isDeep = process.env.VARVE_DEEP === '1';
const dir = mkdtempSync(join(tmpdir(), 'varve-joined-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const told = fc.constantFrom(
  ...['n + 1', "'5'", '7', '2.0', "kind || n || 'x'", 'typeof(n)', 'length(other)', 'NULL', "x'0102'"],
  ...['upper(kind)', 'coalesce(other, n)', 'iif(n > 1, kind, n)', 'abs(-9223372036854775807 - n)', 'more'],
  ...["json_extract(payload, '$.a')", "json_object('n', n, 'kind', kind)", 'payload', 'e.n', 'rowid', '+n'],
);
const asked = fc.constantFrom(
  ...['', '', ' WHERE n > 1', " WHERE kind <> 'x' OR n", ' WHERE other IS NULL', " WHERE kind LIKE '$%'"],
  ...[' WHERE id IN (1, 3)', ' WHERE payload IS NOT NULL', ' WHERE more BETWEEN 1 AND 2'],
);
const plainUpdates = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom('n', 'other', 'kind', 'more', 'real'), told, asked)
      .map(([column, sql, where]) => `UPDATE t SET ${column} = ${sql}${where}`),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(told, told, asked)
      .map(([one, other, where]) => `UPDATE t SET other = ${one}, kind = ${other}${where}`),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...["ALTER TABLE t ADD late TEXT DEFAULT 'l'", "UPDATE t SET late = late || 'x'"],
      ...['UPDATE t SET other = late', "INSERT INTO e VALUES (9, 'y')", 'DELETE FROM e WHERE n = 1'],
      ...[
        'UPDATE t SET n = (SELECT max(n) FROM e)',
        "UPDATE e SET s = 'z' WHERE n = 1",
        'UPDATE e SET n = n',
      ],
      ...['CREATE UNIQUE INDEX e_n ON e (n)', 'UPDATE t SET id = -id', 'UPDATE t SET strict = kind'],
    ),
  },
);
/** Updates of a table, of its JSON and of all else, among other statements. */
const histories = fc
  .tuple(chainedUpdates, fc.array(plainUpdates, { maxLength: 4 }))
  .chain(([json, plain]) =>
    fc.shuffledSubarray([...json, ...plain], { minLength: json.length + plain.length }),
  );

const tables = `${tableOfJson.replace(')', ', more NUMERIC DEFAULT 1, real REAL, strict TEXT NOT NULL DEFAULT 1)')};
  CREATE TABLE e (n INTEGER, s TEXT)`;
const rows = `INSERT INTO t (id, payload, kind, n) VALUES (2, '{"args":[{"a":1}]}', 'x', 1), (3, '[]', NULL, '1.5');
  INSERT INTO e VALUES (1, 'one'), (4, 'four')`;

function fileOf(lineage: Lineage, payload: unknown): Buffer {
  const sqlite = new Database(':memory:');
  replayMigrations(sqlite, lineageAt(lineage, 1));
  sqlite.prepare(`INSERT INTO t (id, payload, kind, n) VALUES (1, ?, '$.args', 2)`).run(payload);
  sqlite.exec(rows);
  const bytes = sqlite.serialize();
  sqlite.close();
  return bytes;
}

/** Every cell with its storage class, or that it failed or was declined. */
function cellsAfter(bytes: Buffer, work: (sqlite: Database.Database) => boolean): unknown {
  const path = join(dir, 'old.db');
  writeFileSync(path, bytes);
  const sqlite = new Database(path);
  try {
    if (!work(sqlite)) return undefined;
    return ['t', 'e'].map((table) => {
      const columns = sqlite.pragma(`table_info(${table})`) as { name: string }[];
      const cells = columns.map(({ name }) => `"${name}", typeof("${name}")`).join(', ');
      return sqlite.prepare(`SELECT rowid, ${cells} FROM ${table} ORDER BY rowid`).safeIntegers().raw().all();
    });
  } catch {
    return undefined;
  } finally {
    sqlite.close();
  }
}

/** How many of the updates are one with another. */
function joinedIn(lineage: Lineage, pending: readonly string[]): number {
  const scripts = patchOf(lineage, 1)?.batches.flatMap((it) => (it.kind === 'run' ? it.scripts : [])) ?? [];
  const count = (sql: string) => sql.match(/\bUPDATE\b/g)?.length ?? 0;
  return count(pending.join()) - count(scripts.map(({ sql }) => sql).join());
}

it('updates that a patch makes one of leave what each of them leaves, and fail where one of them fails', {
  timeout: isDeep ? 3_600_000 : 120_000,
}, () => {
  const outcomes = { same: 0, failed: 0, joined: 0 };
  fc.assert(
    fc.property(histories, fc.array(payloads, { minLength: 1, maxLength: 3 }), (pending, all) => {
      const lineage = lineageOf([tables, ...pending]);
      if (!patchOf(lineage, 1)) return;
      const isJoined = joinedIn(lineage, pending) > 0;
      for (const payload of all) {
        const bytes = fileOf(lineage, payload);
        const patched = cellsAfter(bytes, (sqlite) => patchFile(sqlite, lineage, 1));
        const replayed = cellsAfter(bytes, (sqlite) => {
          replayMigrations(sqlite, lineage);
          return true;
        });
        outcomes[replayed ? 'same' : 'failed'] += 1;
        if (isJoined && patched) outcomes.joined += 1;
        if (patched) expect(patched).toEqual(replayed);
      }
    }),
    { numRuns: isDeep ? 20_000 : 150 },
  );
  console.log(outcomes);
  expect(outcomes.joined).toBeGreaterThan(isDeep ? 1_000 : 10);
});
