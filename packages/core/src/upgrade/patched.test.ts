import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lineageAt, replayMigrations, squashLineage } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { openImage } from '../file/open-database.ts';
import { openArchive, upgradeArchive } from '../index.ts';
import { withoutWal } from '../source/private-copy.ts';
import { rejectionOf } from '../testing/error-of.ts';
import { describe, lineageOf, writeOld } from '../testing/patched-files.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

const rebuild = (columns: string) => `CREATE TABLE __new_runs (${columns});
  INSERT INTO __new_runs (id, agent, began) SELECT id, agent, began FROM runs;
  DROP TABLE runs; ALTER TABLE __new_runs RENAME TO runs;`;

it.each([
  ['a header that asks for a WAL', 'ALTER TABLE runs ADD model text', 'PRAGMA journal_mode = WAL'],
  [
    'a table of its own',
    'ALTER TABLE runs ADD model text',
    'CREATE TABLE own (k text); INSERT INTO own VALUES (1)',
  ],
  ['statistics', 'ALTER TABLE calls ADD tool text', 'ANALYZE'],
  [
    'a user_version of its own',
    'ALTER TABLE runs ADD model text',
    'PRAGMA application_id = 7; PRAGMA user_version = 9',
  ],
  [
    'counters of AUTOINCREMENT',
    'ALTER TABLE calls RENAME TO tool_calls --- ALTER TABLE tool_calls ADD x',
    '',
  ],
  [
    'a new table with a counter',
    'CREATE TABLE tries (id integer PRIMARY KEY AUTOINCREMENT, n UNIQUE); ALTER TABLE runs ADD m',
    '',
  ],
  ['a generated column', 'ALTER TABLE runs ADD day integer GENERATED ALWAYS AS (began / 2) VIRTUAL', ''],
  [
    'a full-text table',
    `CREATE VIRTUAL TABLE found USING fts5(agent); INSERT INTO found SELECT agent FROM runs`,
    '',
  ],
  [
    'a full-text table of before',
    'ALTER TABLE runs ADD model text',
    'CREATE VIRTUAL TABLE own USING fts5(x); INSERT INTO own VALUES (1)',
  ],
  [
    'a column that goes',
    'ALTER TABLE runs ADD m text --- ALTER TABLE runs DROP COLUMN began --- ALTER TABLE runs RENAME m TO n',
    '',
  ],
  [
    'defaults that are names, or stand in brackets',
    `ALTER TABLE runs ADD kind text NOT NULL DEFAULT "manual" --- ALTER TABLE runs ADD state DEFAULT pending ---
     ALTER TABLE runs ADD score real NOT NULL DEFAULT (-5) --- ALTER TABLE calls ADD n DEFAULT ((5)) NOT NULL`,
    '',
  ],
  ['NOT NULL without a default, where no row is', 'ALTER TABLE notes ADD body text NOT NULL', ''],
  [
    'a CHECK that rows fulfil',
    rebuild('id text PRIMARY KEY, agent text, began integer CHECK (began > 0)'),
    '',
  ],
  ['UNIQUE that rows fulfil', rebuild('id text PRIMARY KEY, agent text UNIQUE, began integer'), ''],
  ['a parent that is deleted', "DELETE FROM runs WHERE id = 'r1'", ''],
  [
    'a row that is replaced, and sets off a trigger, behind a parent that is made anew',
    `CREATE TABLE kept (k integer PRIMARY KEY, n integer);
     CREATE TRIGGER gone AFTER DELETE ON kept BEGIN INSERT INTO calls (run_id) VALUES ('r1'); END; INSERT INTO kept VALUES (1, 1) ---
     ${rebuild('id text PRIMARY KEY, agent text UNIQUE, began integer')} --- INSERT OR REPLACE INTO kept VALUES (1, 2)`,
    '',
  ],
  [
    'a full-text table that reads another anew, behind a change of that',
    `CREATE VIRTUAL TABLE found USING fts5(agent, content='runs') --- ALTER TABLE runs ADD model text ---
     UPDATE runs SET agent = 'three', model = 'm' --- INSERT INTO found (found) VALUES ('rebuild')`,
    '',
  ],
  ['nothing', 'SELECT 1', ''],
])('patches a file to what a replay makes of it: %s', async (_title, pending, more) => {
  const lineage = lineageOf(pending);
  const path = writeOld(lineage, more);
  const replayed = openImage(withoutWal(readFileSync(path)));
  replayMigrations(replayed, lineage);
  const result = await upgradeArchive(path, { lineage, acceptLoss: true, verify: 'full' });
  expect(result).toMatchObject({ how: 'patched', to: lineage.migrations.length });
  using archive = openArchive(path, { lineage });
  expect(describe(archive.sqlite)).toEqual(describe(replayed));
  replayed.close();
});

it.each([
  ['NOT NULL without a default', 'ALTER TABLE runs ADD model text NOT NULL'],
  ['a CHECK', rebuild('id text PRIMARY KEY, agent text, began integer CHECK (began > 5)')],
  ['UNIQUE', 'CREATE UNIQUE INDEX one_call ON calls (run_id)'],
])('says which migration a row does not fit, and leaves the file: %s', async (_title, pending) => {
  const lineage = lineageOf(pending);
  const path = writeOld(lineage, '');
  const before = readFileSync(path);
  expect(await rejectionOf(upgradeArchive(path, { lineage, acceptLoss: true }))).toMatchObject({
    code: 'MIGRATION_FAILED',
  });
  expect(readFileSync(path).equals(before)).toBe(true);
});

const log = "CREATE TABLE log (n integer, mark text DEFAULT (hex(randomblob(8)) || strftime('%f')) NOT NULL)";

it.each([
  [
    'a statement says so',
    'ALTER TABLE runs ADD mark text; UPDATE runs SET mark = hex(randomblob(8))',
    'runs',
  ],
  ['a default is left to be filled in', `${log}; INSERT INTO log (n) VALUES (1), (2)`, 'log'],
  [
    'a trigger leaves one',
    `${log}; CREATE TRIGGER t AFTER UPDATE ON runs BEGIN INSERT INTO log (n) VALUES (1); END; UPDATE runs SET began = 9`,
    'log',
  ],
])(
  'counts rows, and compares the rest, where clock or chance decides: %s',
  async (_title, pending, table) => {
    const lineage = lineageOf(pending);
    const path = writeOld(lineage, 'PRAGMA journal_mode = WAL');
    expect(await upgradeArchive(path, { lineage, verify: 'full' })).toMatchObject({ how: 'patched' });
    using archive = openArchive(path, { lineage });
    expect(archive.sqlite.prepare(`SELECT count(DISTINCT mark) FROM ${table}`).pluck().get()).toBe(2);
  },
);

it('counts rows where clock or chance decides, and compares the others, of a file that must be replayed', async () => {
  const lineage = lineageOf(
    'ALTER TABLE runs ADD mark text; UPDATE runs SET mark = hex(randomblob(8)); INSERT INTO notes SELECT last_insert_rowid()',
  );
  const path = writeOld(lineage, '');
  expect(await upgradeArchive(path, { lineage, verify: 'full' })).toMatchObject({ how: 'replayed' });
});

it.each([2, 3])(
  'patches a file of before a lineage was squashed, from version %i of then',
  async (version) => {
    const whole = lineageOf(
      'ALTER TABLE runs ADD model text --- ALTER TABLE calls ADD tool text --- DELETE FROM notes; ALTER TABLE notes ADD body text',
    );
    const path = join(makeTempDir(), 'old.db');
    const sqlite = new Database(path);
    replayMigrations(sqlite, lineageAt(whole, version));
    sqlite.exec(
      `INSERT INTO runs (id, agent, began) VALUES ('r1', 'one', 5); INSERT INTO notes VALUES ('n')`,
    );
    const replayed = openImage(sqlite.serialize());
    sqlite.close();
    replayMigrations(replayed, whole);
    const lineage = squashLineage(whole, 2);
    const result = await upgradeArchive(path, { lineage, acceptLoss: true, verify: 'full' });
    expect(result).toMatchObject({ how: 'patched', to: lineage.migrations.length });
    using archive = openArchive(path, { lineage });
    const { ledger: _, ...expected } = describe(replayed);
    expect(describe(archive.sqlite)).toMatchObject(expected);
    replayed.close();
  },
);

it('patches a file that has the entries of its schema elsewhere than the file before', async () => {
  const lineage = lineageOf(
    'ALTER TABLE calls DROP COLUMN took --- ALTER TABLE runs DROP COLUMN began --- ALTER TABLE notes RENAME TO remarks',
  );
  for (const further of [0, 100]) {
    const path = writeOld(lineage, '');
    const sqlite = new Database(path).unsafeMode(true);
    sqlite.exec(`PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rowid = rowid + ${further}`);
    const replayed = openImage(sqlite.serialize());
    sqlite.close();
    replayMigrations(replayed, lineage);
    const result = await upgradeArchive(path, { lineage, acceptLoss: true, verify: 'full' });
    expect(result).toMatchObject({ how: 'patched', to: 4 });
    using archive = openArchive(path, { lineage });
    expect(describe(archive.sqlite)).toEqual(describe(replayed));
    replayed.close();
  }
});
