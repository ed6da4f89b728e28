import { expect, it } from 'vitest';
import { openMemory } from '../driver/index.ts';
import { lineageAt } from '../lineage/lineage.ts';
import { replayMigrations } from '../replay/replay.ts';
import { lineageOf } from '../testing/test-lineage.ts';
import { identifyFile } from './identify.ts';
import { readOriginalVersion } from './original-version.ts';

const lineage = lineageOf(['CREATE TABLE a (x)', 'ALTER TABLE a ADD z']);
const endless =
  'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS hash, i AS created_at FROM n';

it.each([
  ['an endless view', `CREATE VIEW __drizzle_migrations AS ${endless}`],
  ['a virtual table', 'CREATE VIRTUAL TABLE __drizzle_migrations USING fts5(hash, created_at)'],
  [
    'a table that computes its hashes',
    `CREATE TABLE __drizzle_migrations (id, hash AS (hex(zeroblob(1e8 + id))), created_at)`,
  ],
])('does not take %s for the ledger', (_, sql) => {
  const sqlite = openMemory(`CREATE TABLE a (x); ${sql}`);
  expect(identifyFile(sqlite, lineage).state).toBe('unstamped');
  expect(readOriginalVersion(sqlite, lineage)).toBeUndefined();
});

it('reads no more of a ledger than a lineage can have, and no long text', () => {
  const sqlite = openMemory(`CREATE TABLE a (x); CREATE TABLE __drizzle_migrations (id, hash, created_at);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300000)
      INSERT INTO __drizzle_migrations SELECT NULL, hex(zeroblob(50)), i FROM n;
    UPDATE __drizzle_migrations SET hash = hex(zeroblob(100000000)) WHERE rowid = 1`);
  const before = process.threadCpuUsage();
  expect(identifyFile(sqlite, lineage).state).toBe('foreign');
  const { user, system } = process.threadCpuUsage(before);
  // A look at all rows takes a hundred times as long.
  expect((user + system) / 1000).toBeLessThan(200);
  sqlite.close();
});

it('reads a ledger without rowids', () => {
  const sqlite = openMemory();
  replayMigrations(sqlite, lineage);
  sqlite.exec(`CREATE TABLE copy (hash text PRIMARY KEY, created_at) WITHOUT ROWID;
    INSERT INTO copy SELECT hash, created_at FROM __drizzle_migrations; DROP TABLE __drizzle_migrations;
    ALTER TABLE copy RENAME TO __drizzle_migrations`);
  expect(identifyFile(sqlite, lineage)).toEqual({ state: 'current', version: 2 });
});

it('sets off no trigger that the version does not have, and leaves it there', () => {
  const sqlite = openMemory();
  const updating = lineageOf(['CREATE TABLE a (x); CREATE TABLE log (y)', 'UPDATE a SET x = x + 1']);
  replayMigrations(sqlite, lineageAt(updating, 1));
  const endlessly = (table: string) => `CREATE TRIGGER t_${table} AFTER %s ON ${table} BEGIN
    INSERT INTO log SELECT count(*) FROM (${endless}); END`;
  const triggers = [
    endlessly('a').replace('%s', 'UPDATE'),
    endlessly('__drizzle_migrations').replace('%s', 'INSERT'),
  ];
  sqlite.exec(`INSERT INTO a VALUES (1); ${triggers.join(';')}`);
  expect(replayMigrations(sqlite, updating)).toEqual({ from: 1, to: 2 });
  expect(sqlite.prepare('SELECT x FROM a').pluck().all()).toEqual([2]);
  const left = sqlite.prepare(`SELECT sql FROM sqlite_schema WHERE type = 'trigger'`).pluck().all();
  expect(left).toEqual(triggers);
});

it('sets off the triggers that its migrations made', () => {
  const sqlite = openMemory();
  const own = lineageOf([
    'CREATE TABLE a (x); CREATE TABLE log (y); CREATE TRIGGER t AFTER UPDATE ON a BEGIN INSERT INTO log VALUES (new.x); END',
    'UPDATE a SET x = x + 1',
  ]);
  replayMigrations(sqlite, lineageAt(own, 1));
  sqlite.exec('INSERT INTO a VALUES (1)');
  replayMigrations(sqlite, own);
  expect(sqlite.prepare('SELECT y FROM log').pluck().all()).toEqual([2]);
});
