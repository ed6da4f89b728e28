import type Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { lineageAt } from '../lineage/lineage.ts';
import { replayMigrations } from '../replay/replay.ts';
import { lineageOf, openMemory } from '../testing/test-lineage.ts';
import { compileLens } from './compile-lens.ts';
import { installLensWhenNamed } from './install-lens.ts';

const lineage = lineageOf([
  `CREATE TABLE Runs (id INTEGER PRIMARY KEY, agent TEXT); CREATE TABLE "odd calls" (id INTEGER PRIMARY KEY, tool TEXT);
   CREATE TABLE gone (id INTEGER); CREATE VIEW tools AS SELECT tool AS name FROM "odd calls"`,
  `ALTER TABLE Runs RENAME COLUMN agent TO name; ALTER TABLE "odd calls" RENAME COLUMN tool TO name;
   DROP TABLE gone; CREATE VIEW names AS SELECT name FROM runs UNION ALL SELECT name FROM tools`,
]);
const rows = `INSERT INTO Runs VALUES (1, 'a'), (2, 'b'); INSERT INTO "odd calls" VALUES (1, 'c')`;

function openOld(of = lineage, script = rows): Database.Database {
  const sqlite = openMemory();
  replayMigrations(sqlite, lineageAt(of, 1));
  sqlite.exec(script);
  installLensWhenNamed(sqlite, compileLens(of, 1));
  return sqlite;
}

/** Asked past what lies over the connection, which would lay all. */
function laid(sqlite: Database.Database): string[] {
  const { prepare } = Object.getPrototypeOf(sqlite) as Database.Database;
  const names = prepare.call(sqlite, 'SELECT name FROM sqlite_temp_schema ORDER BY name').pluck();
  return names.all() as string[];
}

it('lays a table when a statement first says its name, whatever its capitals and quotes', () => {
  const sqlite = openOld();
  expect(laid(sqlite)).toEqual([]);
  expect(sqlite.prepare('SELECT name FROM [rUNS] WHERE id = 2').pluck().get()).toBe('b');
  expect(laid(sqlite)).toEqual(['Runs']);
  expect(sqlite.prepare("SELECT name FROM 'Odd Calls'").pluck().get()).toBe('c');
  expect(laid(sqlite)).toEqual(['Runs', 'odd calls']);
  expect(() => sqlite.exec('SELECT * FROM gone')).toThrow('gone, which head does not have');
});

it("lays all for one of head's views, which says the names of others", () => {
  const sqlite = openOld();
  expect(sqlite.prepare('SELECT name FROM names').pluck().all()).toEqual(['a', 'b', 'c']);
  expect(laid(sqlite)).toHaveLength(5);
});

it.each<[string, (sqlite: Database.Database) => unknown]>([
  ['a transaction', (sqlite) => sqlite.transaction(() => {})],
  ['a transaction by SQL', (sqlite) => sqlite.exec('bEgin')],
  ['a savepoint', (sqlite) => sqlite.prepare('SAVEPOINT s').run()],
  ['a pragma', (sqlite) => sqlite.pragma('table_list')],
  ['a look at the schema', (sqlite) => sqlite.prepare('SELECT * FROM sqlite_temp_master').all()],
])('lays all before %s', (_, act) => {
  const sqlite = openOld();
  act(sqlite);
  expect(laid(sqlite)).toHaveLength(5);
});

it('a transaction that is rolled back leaves what lies over the tables', () => {
  const sqlite = openOld();
  const failing = sqlite.transaction(() => {
    expect(sqlite.prepare('SELECT name FROM runs').pluck().all()).toEqual(['a', 'b']);
    throw new Error('rolled back');
  });
  expect(failing).toThrow('rolled back');
  expect(sqlite.prepare('SELECT name FROM runs').pluck().all()).toEqual(['a', 'b']);
});

it('lays a table while the rows of another are being read', () => {
  const sqlite = openOld();
  const calls = () => sqlite.prepare('SELECT name FROM "odd calls"').pluck().get();
  const read = [...sqlite.prepare<[], string>('SELECT name FROM runs').pluck().iterate()];
  expect(read).toEqual(['a', 'b']);
  for (const name of sqlite.prepare('SELECT name FROM runs').pluck().iterate()) {
    expect([name, calls()]).toEqual([expect.stringMatching(/^[ab]$/), 'c']);
  }
});

it('lays all at once where a name could be said in other letters', () => {
  const odd = lineageOf([
    'CREATE TABLE "a""b" (x TEXT); CREATE TABLE c (x TEXT)',
    'ALTER TABLE "a""b" RENAME COLUMN x TO y; ALTER TABLE c RENAME COLUMN x TO y',
  ]);
  const sqlite = openOld(odd, `INSERT INTO "a""b" VALUES ('x')`);
  expect(sqlite.prepare('SELECT y FROM "a""b"').pluck().get()).toBe('x');
  expect(laid(sqlite)).toHaveLength(2);
});

it('leaves the connection as it was once all is laid', () => {
  const sqlite = openOld();
  sqlite.prepare('SELECT * FROM names');
  expect(Object.getOwnPropertyNames(sqlite)).not.toContain('prepare');
});
