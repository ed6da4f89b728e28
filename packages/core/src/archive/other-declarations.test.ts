import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineLineage, lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { openSession } from '../session/open-session.ts';
import { errorOf } from '../testing/error-of.ts';
import { makeTempDir } from '../testing/temp-dir.ts';
import { upgradeArchive } from '../upgrade/upgrade-archive.ts';
import { openArchive } from './open-archive.ts';

const steps = [
  "CREATE TABLE notes (id integer PRIMARY KEY, title text NOT NULL, body text DEFAULT 'none' COLLATE NOCASE, n integer)",
  'CREATE TABLE other (id integer PRIMARY KEY)',
  `CREATE TABLE "__new_notes" (id integer PRIMARY KEY, title text NOT NULL, body text DEFAULT 'none' COLLATE NOCASE, n integer, stars integer DEFAULT 3);
   INSERT INTO "__new_notes" SELECT *, 4 FROM notes; DROP TABLE notes; ALTER TABLE "__new_notes" RENAME TO notes`,
];
const migrations = steps.map((sql, at) => ({ name: `000${at}_step`, sql, createdAtMs: at + 1 }));
const lineage = defineLineage({ name: 'declared', tables: {}, migrations });

/** A file of a version whose table of notes somebody declared otherwise. */
function writeFileWith(columns: string, version: number): string {
  const path = join(makeTempDir(), 'a.db');
  const sqlite = new Database(path);
  replayMigrations(sqlite, lineageAt(lineage, version));
  const more = version > 2 ? ', stars int' : '';
  sqlite.exec(`DROP TABLE notes; CREATE TABLE notes (${columns}${more});
    INSERT INTO notes (id, title, body, n) VALUES (1, 'T', 'B', 7)`);
  sqlite.close();
  return path;
}

const alike = [
  ['in another order', 'id integer PRIMARY KEY, n integer, body text COLLATE NOCASE, title text'],
  [
    'in other words',
    "id INTEGER PRIMARY KEY AUTOINCREMENT, title varchar(20), body TEXT DEFAULT 'some' COLLATE NOCASE, n INT CHECK (n > 1)",
  ],
];

it.each(alike)('reads columns declared %s at head as they are, in head’s order', (_title, columns) => {
  using archive = openArchive(writeFileWith(columns, 3), { lineage });
  expect(archive.sqlite.prepare('SELECT * FROM notes').raw().all()).toEqual([[1, 'T', 'B', 7, null]]);
  expect(archive.sqlite.prepare("SELECT body = 'b' FROM notes").pluck().get()).toBe(1);
});

it.each(alike)(
  'replays what is pending on columns declared %s, and upgrades to the same',
  async (_title, columns) => {
    const path = writeFileWith(columns, 1);
    const raw = new Database(path, { readonly: true });
    const replayed = new Database(raw.serialize());
    raw.close();
    replayMigrations(replayed, lineage);
    const expected = replayed.prepare('SELECT * FROM notes').raw().all();
    replayed.close();
    {
      using archive = openArchive(path, { lineage });
      expect(archive.plan).toMatchObject({ strategy: 'replayed', why: expect.stringContaining('notes') });
      expect(archive.sqlite.prepare('SELECT * FROM notes').raw().all()).toEqual(expected);
    }
    const live = `${path}.live`;
    copyFileSync(path, live);
    const session = openSession(live, { lineage });
    expect(session.sqlite.prepare('SELECT * FROM notes').raw().all()).toEqual(expected);
    session.close();
    await upgradeArchive(path, { lineage, verify: 'full', acceptLoss: true });
    using upgraded = openArchive(path, { lineage });
    expect(upgraded.sqlite.prepare('SELECT * FROM notes').raw().all()).toEqual(expected);
  },
);

it.each([
  ['a column of another affinity', 'id integer PRIMARY KEY, title text, body text COLLATE NOCASE, n text'],
  ['a column of another collation', 'id integer PRIMARY KEY, title text, body text, n integer'],
  ['a column less', 'id integer PRIMARY KEY, title text, body text COLLATE NOCASE'],
  ['a column more', 'id integer PRIMARY KEY, title text, body text COLLATE NOCASE, n integer, m integer'],
  [
    'a column that is computed',
    'id integer PRIMARY KEY, title text, body text COLLATE NOCASE, n integer AS (id)',
  ],
  ['a key that is no rowid', 'id int PRIMARY KEY, title text, body text COLLATE NOCASE, n integer'],
])('refuses %s', (_title, columns) => {
  const path = join(makeTempDir(), 'a.db');
  const sqlite = new Database(path);
  replayMigrations(sqlite, lineageAt(lineage, 1));
  sqlite.exec(`DROP TABLE notes; CREATE TABLE notes (${columns})`);
  sqlite.close();
  expect(errorOf(() => openArchive(path, { lineage })).code).toBe('SCHEMA_MISMATCH');
});
