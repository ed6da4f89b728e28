import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineLineage, lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { openImage } from '../file/open-database.ts';
import { openArchive, upgradeArchive } from '../index.ts';
import { rejectionOf } from '../testing/error-of.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

const log = "CREATE TRIGGER watch AFTER UPDATE ON runs BEGIN INSERT INTO log VALUES ('seen'); END";
const start = `CREATE TABLE runs (id text PRIMARY KEY NOT NULL, agent text, began integer DEFAULT 1);
  CREATE TABLE calls (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, run_id text REFERENCES runs(id) ON DELETE CASCADE, took real);
  CREATE TABLE log (entry);
  CREATE TABLE links (a text NOT NULL, b text NOT NULL, PRIMARY KEY (a, b));
  CREATE INDEX runs_agent_idx ON runs (agent);
  CREATE INDEX calls_run_idx ON calls (run_id);
  ${log};`;
const rows = `INSERT INTO runs VALUES ('r1', 'one', 5), ('gone', 'x', 1), ('r2', 'two', 6), ('r3', 'Two', NULL);
  INSERT INTO links VALUES ('z', '1'), ('a', '2');
  DELETE FROM runs WHERE id = 'gone';
  INSERT INTO calls (run_id, took) VALUES ('r1', 1.5), ('r1', 2), ('r2', NULL), ('r3', 7);
  DELETE FROM calls WHERE id = 4;`;
const rebuild = (table: string, columns: string, names: string) => `CREATE TABLE __new_${table} (${columns});
  INSERT INTO __new_${table} (${names}) SELECT ${names} FROM ${table};
  DROP TABLE ${table}; ALTER TABLE __new_${table} RENAME TO ${table};`;
const runs = (columns: string) => rebuild('runs', columns, 'id, agent, began');
const runColumns = 'id text PRIMARY KEY NOT NULL, agent text, began integer DEFAULT 1';
const callColumns =
  'id integer PRIMARY KEY AUTOINCREMENT NOT NULL, run_id text REFERENCES runs(id) ON DELETE CASCADE, took real';
const calls = (columns: string) =>
  `${rebuild('calls', columns, 'id, run_id, took')} CREATE INDEX calls_run_idx ON calls (run_id);`;
const index = 'CREATE INDEX runs_agent_idx ON runs (agent);';

function lineageOf(pending: string) {
  const migrations = [start, ...pending.split('---')].map((sql, at) => ({
    name: `m${at}`,
    sql,
    createdAtMs: at + 1,
  }));
  return defineLineage({ name: 'rebuilt', tables: {}, migrations });
}

function writeOld(lineage: ReturnType<typeof lineageOf>, more = ''): string {
  const path = join(makeTempDir(), 'old.db');
  const sqlite = new Database(path);
  replayMigrations(sqlite, lineageAt(lineage, 1));
  sqlite.exec(`PRAGMA foreign_keys = OFF; ${rows}; ${more}`);
  sqlite.close();
  return path;
}

function rootOf(path: string, name: string): unknown {
  const sqlite = new Database(path, { readonly: true });
  try {
    return sqlite.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(name);
  } finally {
    sqlite.close();
  }
}

/** All that a file holds, SQLite's own tables and rowids too. */
function describe(sqlite: Database.Database) {
  const objects = sqlite
    .prepare<[], { type: string; name: string; sql: string | null }>(
      `SELECT type, name, sql FROM sqlite_schema WHERE name <> '__drizzle_migrations' ORDER BY type, name`,
    )
    .all();
  const tables = objects.filter(({ type, sql }) => type === 'table' && !/WITHOUT ROWID/.test(sql ?? ''));
  const cells = tables.map(({ name }) => {
    const all = sqlite.prepare(`SELECT rowid AS "varve rowid", * FROM "${name}" ORDER BY 1`);
    return [name, name.startsWith('sqlite') ? sqlite.prepare(`SELECT * FROM ${name}`).all() : all.all()];
  });
  return {
    objects,
    cells,
    check: sqlite.pragma('integrity_check'),
    orphans: sqlite.pragma('foreign_key_check'),
  };
}

it.each([
  [
    'a column more at the end',
    `${runs(`${runColumns}, status text DEFAULT 'done' NOT NULL`)} ${index}`,
    'runs',
  ],
  ['a default that is another', `${runs(runColumns.replace('DEFAULT 1', 'DEFAULT 2'))} ${index}`, 'runs'],
  ['an index that is made again', `${runs(runColumns)} ${index}`, 'runs_agent_idx'],
  [
    'an index whose column is quoted now',
    `${runs(runColumns)} CREATE INDEX runs_agent_idx ON runs ("agent");`,
    'runs_agent_idx',
  ],
  ['an index that stays away', runs(runColumns), 'runs'],
  ['a CHECK that all rows fulfil', `${runs(`${runColumns}, CHECK (began > 4)`)} ${index}`, 'runs'],
  [
    'NOT NULL that all rows fulfil',
    `${runs(runColumns.replace('agent text', 'agent text NOT NULL'))} ${index}`,
    'runs',
  ],
  ['a CHECK that all rows fulfil, and the index too', calls(`${callColumns}, CHECK (took < 3)`), 'calls'],
  ['a counter', rebuild('calls', `${callColumns}, note text`, 'id, run_id, took'), 'calls'],
  [
    'references to another table',
    rebuild('calls', callColumns.replace('ON DELETE CASCADE', ''), 'id, run_id, took'),
    'calls',
  ],
  [
    'one after another',
    `${runs(`${runColumns}, a text`)} --- ALTER TABLE runs ADD b integer DEFAULT 3 NOT NULL ---
    ${rebuild('runs', `${runColumns}, a text, b integer DEFAULT 3 NOT NULL, c text`, 'id, agent, began, a, b')}`,
    'runs',
  ],
  [
    'a table that is read behind it, without its figures',
    `ALTER TABLE links ADD c text ---
    ${rebuild('links', 'a text NOT NULL, b text NOT NULL, c text, PRIMARY KEY (a, b)', 'a, b, c')} ---
    INSERT INTO log SELECT a FROM links`,
    'links',
  ],
  ['a trigger that is made again', `${runs(runColumns)} ${log}`, 'runs'],
])('leaves the rows of a rebuilt table where they lie: %s', async (_title, pending, kept) => {
  const lineage = lineageOf(pending);
  const path = writeOld(lineage, 'ANALYZE');
  const replayed = openImage(readFileSync(path));
  replayMigrations(replayed, lineage);
  const root = rootOf(path, kept);
  expect(await upgradeArchive(path, { lineage, acceptLoss: true, verify: 'full' })).toMatchObject({
    how: 'patched',
  });
  expect(rootOf(path, kept)).toBe(root);
  using archive = openArchive(path, { lineage });
  expect(describe(archive.sqlite)).toEqual(describe(replayed));
  replayed.close();
});

it.each([
  ['another affinity', runs(runColumns.replace('began integer', 'began text'))],
  ['another order', runs('agent text, id text PRIMARY KEY NOT NULL, began integer DEFAULT 1')],
  ['another collation', `${runs(runColumns.replace('agent text', 'agent text COLLATE NOCASE'))} ${index}`],
  [
    'a key more',
    runs(
      runColumns
        .replace('agent text', 'agent text, UNIQUE (id, agent)')
        .replace(', began integer DEFAULT 1', '')
        .replace('agent text,', 'agent text, began integer DEFAULT 1,'),
    ),
  ],
  ['a default that computes', runs(`${runColumns}, made text DEFAULT (hex('a'))`)],
  [
    'a default where rows may be short',
    `ALTER TABLE runs ADD mode text DEFAULT 'a' ---
    ${rebuild('runs', `${runColumns}, mode text DEFAULT 'b'`, 'id, agent, began, mode')}`,
  ],
  [
    'rows that are copied with their rowids',
    runs(runColumns).replace(/\(id, agent, began\) SELECT id, agent, began/, 'SELECT *'),
  ],
  [
    'rows that come in the order of a key',
    rebuild('links', 'a text NOT NULL, b text NOT NULL, PRIMARY KEY (a, b)', 'a, b'),
  ],
  ['some of the rows', `${runs(runColumns).replace('FROM runs', "FROM runs WHERE id <> 'r3'")}`],
])('makes the rows of a rebuilt table anew: %s', async (_title, pending) => {
  const lineage = lineageOf(pending);
  const path = writeOld(lineage);
  const replayed = openImage(readFileSync(path));
  replayMigrations(replayed, lineage);
  await upgradeArchive(path, { lineage, acceptLoss: true, verify: 'full' });
  using archive = openArchive(path, { lineage });
  expect(describe(archive.sqlite)).toEqual(describe(replayed));
  replayed.close();
});

it.each([
  ['a CHECK', runs(`${runColumns}, CHECK (began > 5)`), 'MIGRATION_FAILED'],
  ['NOT NULL', runs(runColumns.replace('DEFAULT 1', 'DEFAULT 1 NOT NULL')), 'MIGRATION_FAILED'],
  [
    'a CHECK that is gone again',
    `${runs(`${runColumns}, CHECK (began > 5)`)} --- ${runs(runColumns)}`,
    'MIGRATION_FAILED',
  ],
  ['a CHECK, and the index stays', calls(`${callColumns}, CHECK (took < 2)`), 'MIGRATION_FAILED'],
  ['NOT NULL, and the index stays', calls(`${callColumns} NOT NULL`), 'MIGRATION_FAILED'],
  [
    'a CHECK of which a later update makes it fit',
    `${calls(`${callColumns}, CHECK (took < 2)`)} --- UPDATE calls SET took = 1`,
    'MIGRATION_FAILED',
  ],
  [
    'a CHECK that a later rebuild takes back',
    `${calls(`${callColumns}, CHECK (took < 2)`)} --- ${calls(callColumns)}`,
    'MIGRATION_FAILED',
  ],
  [
    'a CHECK of a column that is dropped',
    `${calls(`${callColumns} CHECK (took < 2)`)} --- ALTER TABLE calls DROP COLUMN took`,
    'MIGRATION_FAILED',
  ],
  [
    'a parent',
    `${rebuild('calls', callColumns.replace('runs(id)', 'runs(agent)'), 'id, run_id, took')}
    CREATE UNIQUE INDEX parents ON runs (agent) WHERE 0`,
    'MIGRATION_BREAKS_REFERENCES',
  ],
])('says what a row of a rebuilt table lacks, and leaves the file: %s', async (_title, pending, code) => {
  const lineage = lineageOf(pending);
  const path = writeOld(lineage);
  const before = readFileSync(path);
  expect(await rejectionOf(upgradeArchive(path, { lineage, acceptLoss: true }))).toMatchObject({ code });
  expect(readFileSync(path).equals(before)).toBe(true);
});
