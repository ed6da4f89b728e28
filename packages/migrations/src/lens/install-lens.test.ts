import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VarveError } from '@varve/schema';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Lineage, lineageAt } from '../lineage/lineage.ts';
import { registerFunctions } from '../lineage/register-functions.ts';
import { replayMigrations } from '../replay/replay.ts';
import { lineageOf } from '../testing/test-lineage.ts';
import { compileLens } from './compile-lens.ts';
import { installLens } from './install-lens.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'varve-lens-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function writeFile(name: string, lineage: Lineage, rows: string): string {
  const path = join(dir, name);
  const sqlite = new Database(path);
  replayMigrations(sqlite, lineageAt(lineage, 1));
  sqlite.exec(rows);
  sqlite.close();
  return path;
}

const shouting = lineageOf(
  [
    'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, made TEXT)',
    `UPDATE notes SET body = shout(body); ALTER TABLE notes ADD COLUMN length INTEGER AS (length(body))`,
    'CREATE VIEW bodies AS SELECT body FROM notes',
  ],
  { shout: (text) => `${String(text)}!` },
);

it('reads through a read-only connection that trusts no schema, and changes no byte', () => {
  const path = writeFile('notes.db', shouting, `INSERT INTO notes VALUES (1, 'hey', NULL)`);
  const before = readFileSync(path);
  const sqlite = new Database(path, { readonly: true });
  sqlite.pragma('trusted_schema = OFF');
  registerFunctions(sqlite, shouting);
  installLens(sqlite, compileLens(shouting, 1));
  expect(sqlite.prepare('SELECT body, length FROM notes').get()).toEqual({ body: 'hey!', length: 4 });
  expect(sqlite.prepare('SELECT body FROM bodies').pluck().get()).toBe('hey!');
  sqlite.close();
  expect(readFileSync(path)).toEqual(before);
});

it('selects from a file attached under any name, into a table of another file', () => {
  const lineage = lineageOf([
    'CREATE TABLE facts (id INTEGER PRIMARY KEY, value TEXT)',
    'ALTER TABLE facts RENAME COLUMN value TO amount; ALTER TABLE facts ADD COLUMN unit TEXT DEFAULT 5',
  ]);
  const path = writeFile('facts.db', lineage, `INSERT INTO facts VALUES (1, 'a')`);
  const unified = new Database(':memory:');
  unified.exec('CREATE TABLE facts (id INTEGER, amount TEXT, unit TEXT)');
  unified.prepare('ATTACH ? AS "the archive"').run(path);
  const [table] = compileLens(lineage, 1).tables;
  unified.exec(`INSERT INTO main.facts ${table?.select('the archive')}`);
  expect(unified.prepare('SELECT * FROM main.facts').raw().all()).toEqual([[1, 'a', '5']]);
  unified.close();
});

it('fails where a replay fails, when it has to store rows that break a constraint, and leaves nothing', () => {
  const lineage = lineageOf([
    'CREATE TABLE pairs (a TEXT, b TEXT)',
    `CREATE TABLE n (a TEXT NOT NULL, b TEXT, ab TEXT AS (a || b)); INSERT INTO n (a, b) SELECT a, b FROM pairs;
     DROP TABLE pairs; ALTER TABLE n RENAME TO pairs`,
  ]);
  const sqlite = new Database(writeFile('pairs.db', lineage, `INSERT INTO pairs VALUES (NULL, 'b')`));
  const install = () => installLens(sqlite, compileLens(lineage, 1));
  expect(install).toThrow(VarveError);
  expect(install).toThrow(/NOT NULL constraint failed/);
  expect(sqlite.prepare('SELECT count(*) FROM sqlite_temp_schema').pluck().get()).toBe(0);
  expect(sqlite.prepare('SELECT b FROM pairs').pluck().get()).toBe('b');
  expect(sqlite.pragma('foreign_keys', { simple: true })).toBe(1);
  sqlite.close();
});

it.each([
  ['a damaged file', 'SQLITE_CORRUPT', (path: string) => damage(path), () => {}],
  [
    'a full disk',
    'SQLITE_FULL',
    () => {},
    (sqlite: Database.Database) => sqlite.pragma('temp.max_page_count = 9'),
  ],
])('lets SQLite say what is wrong with %s: it is not the migrations', (_what, code, before, after) => {
  const lineage = lineageOf(['CREATE TABLE log (line TEXT)', `UPDATE log SET line = line || rowid`]);
  const path = writeFile(
    `${code}.db`,
    lineage,
    `INSERT INTO log SELECT hex(zeroblob(400)) FROM json_each(json('[${'1,'.repeat(99)}1]'))`,
  );
  before(path);
  const sqlite = new Database(path, { readonly: true });
  after(sqlite);
  expect(() => installLens(sqlite, compileLens(lineage, 1))).toThrow(expect.objectContaining({ code }));
  expect(sqlite.prepare('SELECT count(*) FROM sqlite_temp_schema').pluck().get()).toBe(0);
  sqlite.close();
});

/** Overwrites the last pages, in which the table's rows lie. */
function damage(path: string): void {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0xff, bytes.length - 8192));
}

it('lays nothing over a file that is at head, or whose tables did not change', () => {
  const lineage = lineageOf(['CREATE TABLE a (id INTEGER)', 'CREATE INDEX a_id ON a (id)']);
  expect(compileLens(lineage, 2)).toMatchObject({ setup: [], overlays: [] });
  expect(compileLens(lineage, 1)).toMatchObject({ setup: [], overlays: [] });
  expect(compileLens(lineage, 1).tables).toMatchObject([{ name: 'a', strategy: 'identity', why: undefined }]);
});

it('compiles once for a lineage and a version', () => {
  expect(compileLens(shouting, 1)).toBe(compileLens(shouting, 1));
  expect(compileLens(shouting, 1)).not.toBe(compileLens(shouting, 2));
});

it('writes a query that people can read', () => {
  const lineage = lineageOf([
    'CREATE TABLE facts (id INTEGER PRIMARY KEY, value TEXT)',
    `ALTER TABLE facts RENAME COLUMN value TO amount; DELETE FROM facts WHERE amount = 'none'`,
  ]);
  expect(compileLens(lineage, 1).tables[0]?.select('main')).toBe(`SELECT
  "id",
  "amount"
FROM (
  SELECT
    "id",
    "value" AS "amount"
  FROM "main"."facts"
) AS "facts"
WHERE (amount = 'none') IS NOT TRUE`);
});
