import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineLineage, lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { upgradeArchive } from '../index.ts';
import { rejectionOf } from '../testing/error-of.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

const names = Array.from({ length: 30 }, (_, at) => `t${at}`);
const migrations = [
  names.map((name) => `CREATE TABLE ${name} (id integer PRIMARY KEY, note text)`).join(';\n'),
  [
    ...names.map((name) => `ALTER TABLE ${name} ADD COLUMN agent text DEFAULT 'none' NOT NULL`),
    'CREATE TABLE runs (id text PRIMARY KEY, note text)',
    'CREATE INDEX runs_note ON runs (note)',
    'CREATE INDEX t1_note ON t1 (note)',
    'CREATE VIEW notes AS SELECT note, agent FROM t1',
  ].join(';\n'),
].map((sql, at) => ({ name: `m${at}`, sql, createdAtMs: at + 1 }));
const lineage = defineLineage({ name: 'alike', tables: {}, migrations });

/** Two files that are alike but for how many rows they have. */
function writeAlike(): string[] {
  const dir = makeTempDir();
  return [1, 300].map((rows) => {
    const path = join(dir, `${rows}.db`);
    const sqlite = new Database(path);
    sqlite.pragma('synchronous = OFF');
    replayMigrations(sqlite, lineageAt(lineage, 1));
    const insert = sqlite.prepare('INSERT INTO t1 (note) VALUES (?)');
    for (let row = 0; row < rows; row++) insert.run(`note ${row}`.repeat(20));
    sqlite.close();
    return path;
  });
}

function readSchema(path: string): unknown {
  const sqlite = new Database(path, { readonly: true });
  try {
    expect(sqlite.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    return sqlite.prepare('SELECT rowid, type, name, tbl_name, sql FROM sqlite_schema').all();
  } finally {
    sqlite.close();
  }
}

it('writes the schema of a file into its bytes, where one like it was patched, as SQLite wrote that one', async () => {
  const paths = writeAlike();
  for (const path of paths)
    expect(await upgradeArchive(path, { lineage, verify: 'full' })).toMatchObject({
      from: 1,
      how: 'patched',
    });
  const [first, second] = paths.map(readSchema);
  expect(second).toEqual(first);
});

it('names the damage of a file like one that was patched, and leaves it as it is', async () => {
  const [sound = '', damaged = ''] = writeAlike();
  await upgradeArchive(sound, { lineage });
  const bytes = readFileSync(damaged);
  // A page of a table that is said to be free, too.
  bytes.writeUInt32BE(bytes.length / 4096, 32);
  bytes.writeUInt32BE(1, 36);
  writeFileSync(damaged, bytes);
  expect(await rejectionOf(upgradeArchive(damaged, { lineage }))).toMatchObject({ code: 'FILE_CORRUPT' });
  expect(readFileSync(damaged).equals(bytes)).toBe(true);
});

it.each([
  ['is renamed first', 'ALTER TABLE t1 RENAME COLUMN note TO text'],
  ['is new', 'ALTER TABLE t1 ADD COLUMN text DEFAULT 2'],
])('counts rows by a column that %s as the file has it, of each file alike', async (_title, change) => {
  const pending = `${change}; DELETE FROM t2 WHERE id IN (SELECT text FROM t1) OR note = 'text'`;
  const migrations = [
    'CREATE TABLE t1 (id integer PRIMARY KEY, note); CREATE TABLE t2 (id integer PRIMARY KEY, note)',
    pending,
  ];
  const lineage = defineLineage({
    name: 'counted',
    tables: {},
    migrations: migrations.map((sql, at) => ({ name: `m${at}`, sql, createdAtMs: at + 1 })),
  });
  const path = join(makeTempDir(), 'archive.db');
  for (let file = 0; file < 3; file++) {
    const sqlite = new Database(path);
    replayMigrations(sqlite, lineageAt(lineage, 1));
    sqlite.exec('INSERT INTO t1 (note) VALUES (2); INSERT INTO t2 (note) VALUES (1), (2), (3)');
    sqlite.close();
    expect(await upgradeArchive(path, { lineage, acceptLoss: true })).toMatchObject({ how: 'patched' });
    rmSync(path);
  }
});
