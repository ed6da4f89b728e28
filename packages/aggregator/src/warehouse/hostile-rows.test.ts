import { join } from 'node:path';
import { defineLineage, type Lineage, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFolder, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { hasPostgres } from '../testing/start-postgres.ts';
import { testEngines } from '../testing/test-engines.ts';
import { loadArchives } from './open-warehouse.ts';

const engines = testEngines();
beforeAll(() => engines.start());
afterAll(() => engines.stop());

function lineageOf(sql: string): Lineage {
  return defineLineage({ name: 'odd', tables: {}, migrations: [{ name: '0', sql, createdAtMs: 1 }] });
}

function write(path: string, of: Lineage, fill: (sqlite: Database.Database) => void): string {
  const sqlite = new Database(path);
  replayMigrations(sqlite, of);
  sqlite.pragma('foreign_keys = OFF');
  fill(sqlite);
  sqlite.close();
  return path;
}

describe.each(engines.all)('$name', ({ isThere, create, ask }) => {
  const test = it.skipIf(!isThere);

  test('loses nothing of a value: 64 bits, infinity, text of any kind, bytes, and what does not fit its column', async () => {
    const [url, dir] = [await create(), makeFolder()];
    const odd = defineLineage({
      name: 'odd',
      tables: {},
      migrations: [
        {
          name: '0',
          sql: 'CREATE TABLE odd (id INTEGER PRIMARY KEY, i INTEGER, r REAL, t TEXT, b BLOB)',
          createdAtMs: 1,
        },
      ],
    });
    const { replayMigrations } = await import('@varve/migrations');
    const sqlite = new Database(join(dir, 'odd.db'));
    replayMigrations(sqlite, odd);
    const insert = sqlite.prepare('INSERT INTO odd VALUES (?, ?, ?, ?, ?)');
    insert.run(1, 9223372036854775807n, 0.1, 'tab\tline\nback\\slash "ü"', Buffer.from([0, 9, 10, 92, 255]));
    insert.run(2, -9007199254740993n, Number.POSITIVE_INFINITY, '\\N', null);
    sqlite.close();
    expect(await loadArchives(dir, url, { lineage: odd })).toMatchObject({ loaded: 1, failed: [] });
    const isPostgres = url.startsWith('postgres');
    const hex = isPostgres ? `encode(b, 'hex')` : 'lower(hex(b))';
    const text = isPostgres ? 'i::text, r::text' : 'toString(i), toString(r)';
    expect(await ask(url, `SELECT ${text}, t, ${hex} FROM odd ORDER BY id`)).toEqual([
      ['9223372036854775807', '0.1', 'tab\tline\nback\\slash "ü"', '00090a5cff'],
      ['-9007199254740993', isPostgres ? 'Infinity' : 'inf', '\\N', null],
    ]);
    const other = new Database(join(dir, 'other.db'));
    replayMigrations(other, odd);
    other.exec(`INSERT INTO odd (id, i) VALUES (1, 'not a number')`);
    other.close();
    expect(await loadArchives(dir, url, { lineage: odd })).toMatchObject({ loaded: 1, failed: [] });
    const all = await ask(url, 'SELECT i FROM odd ORDER BY i');
    expect(all.flat().sort()).toEqual(['-9007199254740993', '9223372036854775807', 'not a number']);
  });

  test('takes times beyond any calendar, text that is no UTF-8, and halves of characters', async () => {
    const [url, dir] = [await create(), makeFolder()];
    const of = lineageOf(
      'CREATE TABLE sessions (id TEXT PRIMARY KEY NOT NULL, started_at_ms INTEGER, t TEXT)',
    );
    const times = [
      -9223372036854775808n,
      -65_000_000_000_000n,
      -1n,
      253_402_300_800_000n,
      9223372036854775807n,
    ];
    for (const [at, time] of times.entries())
      write(join(dir, `${at}.db`), of, (sqlite) =>
        sqlite.prepare('INSERT INTO sessions VALUES (?, ?, ?)').run(`s${at}`, time, 'a half: \ud800'),
      );
    write(join(dir, 'text.db'), of, (sqlite) =>
      sqlite.exec(`INSERT INTO sessions VALUES ('text', 'yesterday', CAST(x'61ff62' AS TEXT))`),
    );
    expect(await loadArchives(dir, url, { lineage: of })).toMatchObject({ loaded: 6, failed: [] });
    const rows = await ask(url, 'SELECT started_at_ms, t FROM sessions');
    expect(rows.map(([time]) => String(time)).sort()).toEqual([...times.map(String), 'yesterday'].sort());
    expect(rows.map(([, text]) => text).sort()).toEqual(
      [...times.map(() => 'a half: \ufffd'), 'a\ufffdb'].sort(),
    );
  });

  test('takes a table of a thousand columns, and names of any kind', async () => {
    const [url, dir] = [await create(), makeFolder()];
    const names = Array.from({ length: 990 }, (_, at) => `c${at}`);
    const odd = [
      'select',
      'with space',
      "quote'd",
      'back\\slash',
      'tick`ed',
      'é',
      'UPPER',
      '%',
      '$1',
      'x'.repeat(63),
    ];
    const columns = [...names, ...odd].map((name) => `"${name}" INTEGER`).join(', ');
    const of = lineageOf(`CREATE TABLE "wide table" (id INTEGER PRIMARY KEY, ${columns})`);
    write(join(dir, 'a.db'), of, (sqlite) => {
      const list = odd.map((name) => `"${name}"`).join(', ');
      sqlite.exec(`INSERT INTO "wide table" (id, c0, ${list}) VALUES (1, 7, ${odd.map((_, at) => at)})`);
    });
    expect(await loadArchives(dir, url, { lineage: of })).toMatchObject({ loaded: 1, failed: [] });
    const quote = url.startsWith('postgres') ? '"' : '`';
    const list = odd.map(
      (name) => `${quote}${url.startsWith('postgres') ? name : name.replace(/[\\`]/g, '\\$&')}${quote}`,
    );
    const [row] = await ask(url, `SELECT c0, c1, ${list} FROM ${quote}wide table${quote}`);
    expect(row?.map((it) => (it === null ? null : Number(it)))).toEqual([7, null, ...odd.map((_, at) => at)]);
  });
});

it.skipIf(!hasPostgres)(
  'leaves out an archive whose text Postgres has no place for, and loads the others',
  async () => {
    const [url, dir] = [await engines.postgres.create(), makeFolder()];
    const paths = ['a', 'b', 'c'].map((name) => writeArchive(join(dir, `${name}.db`), head, name));
    const sqlite = new Database(paths[1] as string);
    sqlite.prepare('UPDATE sessions SET agent = ?').run('nul \0 inside');
    sqlite.close();
    const report = await loadArchives(dir, url, { lineage });
    expect(report).toMatchObject({ loaded: 2, failed: [{ code: 'WAREHOUSE_REFUSED', path: paths[1] }] });
    expect((await engines.postgres.ask(url, 'SELECT count(*) FROM sessions')).flat().map(Number)).toEqual([
      2,
    ]);
  },
);
