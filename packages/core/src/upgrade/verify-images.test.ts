import { defineLineage, lineageAt, replayMigrations } from '@varve/migrations';
import { readLayout } from '@varve/migrations/internal';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { openImage } from '../file/index.ts';
import { fullCheckOf } from './full-check.ts';
import { planUpgrade } from './upgrade-plan.ts';
import { areImagesRight } from './verify-images.ts';

const start = `CREATE TABLE t (k integer PRIMARY KEY, v); CREATE TABLE other (v); CREATE TABLE narrow (k text PRIMARY KEY, v) WITHOUT ROWID;
  CREATE TABLE note (id integer PRIMARY KEY, body text); CREATE VIRTUAL TABLE own USING fts5 (body);
  CREATE VIRTUAL TABLE search USING fts5 (body, content = 'note', content_rowid = 'id');
  CREATE TRIGGER noted AFTER INSERT ON note BEGIN INSERT INTO search (rowid, body) VALUES (new.id, new.body); END;
  CREATE TRIGGER changed AFTER UPDATE ON note BEGIN
    INSERT INTO search (search, rowid, body) VALUES ('delete', old.id, old.body);
    INSERT INTO search (rowid, body) VALUES (new.id, new.body);
  END;`;
const rows = `INSERT INTO t (v) VALUES (1), (NULL), ('a'), (hex(zeroblob(9000))); INSERT INTO other VALUES (1), (2);
  INSERT INTO narrow VALUES ('k', 'v'); INSERT INTO note (body) VALUES ('one'), ('two'); INSERT INTO own VALUES ('three');
  CREATE TABLE foreigner (v); INSERT INTO foreigner VALUES (1);
  CREATE VIRTUAL TABLE foreign_texts USING fts5 (body); INSERT INTO foreign_texts VALUES ('five');`;

const pendings = {
  lens: `ALTER TABLE t ADD w DEFAULT 'w'; CREATE TABLE made (v); UPDATE other SET v = v + 1`,
  // No lens shows what becomes of a full-text index.
  replay: `ALTER TABLE t ADD w DEFAULT 'w'; UPDATE note SET body = body || ' more'; CREATE TABLE made (v);
    INSERT INTO search (search) VALUES ('rebuild'); UPDATE other SET v = v + 1`,
};

function imagesOf(pending: string, [first, filled]: readonly [string, string] = [start, rows]) {
  const migrations = [first, pending].map((sql, at) => ({ name: `m${at}`, sql, createdAtMs: at + 1 }));
  const lineage = defineLineage({ name: 'images', tables: {}, migrations });
  const sqlite = new Database(':memory:');
  replayMigrations(sqlite, lineageAt(lineage, 1));
  sqlite.exec(filled);
  const original = sqlite.serialize();
  const plan = planUpgrade(sqlite, lineage, 'x.db');
  replayMigrations(sqlite, lineage);
  const head = sqlite.serialize();
  sqlite.close();
  const isRight = (damage: string, { isKnown = false } = {}): boolean => {
    if (isKnown) expect(isRight('')).toBe(true);
    const upgraded = openImage(Buffer.from(head));
    upgraded.unsafeMode(true);
    upgraded.exec(damage);
    try {
      const images = { original: Buffer.from(original), upgraded: upgraded.serialize() };
      return areImagesRight(upgraded, { lineage, path: 'x.db', plan, images });
    } catch (error) {
      expect(error).toMatchObject({ code: 'UPGRADE_MISMATCH' });
      return false;
    } finally {
      upgraded.close();
    }
  };
  const byReplay = (): string[] => {
    const upgraded = openImage(Buffer.from(head));
    const schema = readLayout(head)?.key ?? '';
    const open = <T>(use: (sqlite: Database.Database) => T) => use(openImage(Buffer.from(original)));
    const check = fullCheckOf({ ...plan }, lineage, { schema, upgraded, open });
    return check.byReplay?.tables.map(({ name }) => name) ?? [];
  };
  return { isRight, byReplay };
}

const rewrite = (table: string, from: string, to: string) =>
  `PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, '${from}', '${to}') WHERE name = '${table}';
   PRAGMA writable_schema = RESET`;

const damages: readonly (readonly [string, string])[] = [
  ['a cell', 'UPDATE t SET v = 2 WHERE k = 1'],
  ['a cell far from the others of its row', "UPDATE t SET v = replace(v, '00', '01') WHERE k = 4"],
  ['a cell that was not written before', "UPDATE t SET w = 'x' WHERE k = 4"],
  ['a storage class', "UPDATE t SET v = '1' WHERE k = 1"],
  ['a row that is gone', 'DELETE FROM t WHERE k = 2'],
  ['a row too many', 'INSERT INTO t (v) VALUES (1)'],
  ['a cell of a table WITHOUT ROWID', "UPDATE narrow SET v = 'w'"],
  ['a cell that the migrations change', 'UPDATE other SET v = 7 WHERE rowid = 1'],
  ['a row in a new table', 'INSERT INTO made VALUES (1)'],
  ["a cell of a table that is somebody else's", 'UPDATE foreigner SET v = 2'],
  ['what rows lack at their end', rewrite('t', "DEFAULT ''w''", "DEFAULT ''x''")],
  ["how a table that is somebody else's is declared", rewrite('foreigner', '(v)', '(v real)')],
  ['a text of a full-text index of its own', "UPDATE own SET body = 'four'"],
  ["a text of somebody else's full-text index", "UPDATE foreign_texts SET body = 'six'"],
  ['what a full-text index finds', "INSERT INTO search (search, rowid, body) VALUES ('delete', 1, 'one')"],
  ['the index itself', 'DELETE FROM search_data WHERE id > 10'],
  ['how long its documents are', "UPDATE search_docsize SET sz = x'09'"],
];

it('has a replay judge what no lens shows', () => {
  expect(imagesOf(pendings.lens).byReplay()).toEqual([]);
  expect(imagesOf(pendings.replay).byReplay()).toContain('search_data');
});

it.each(Object.entries(pendings))('takes for right what the %s shows, cell for cell', (_by, pending) => {
  const { isRight } = imagesOf(pending);
  expect([isRight(''), isRight('')]).toEqual([true, true]);
  expect(isRight('CREATE INDEX vs ON other (v); VACUUM')).toBe(true);
});

for (const [by, pending] of Object.entries(pendings)) {
  it.each(damages)(`does not, by the ${by}, where there is wrong: %s`, (_title, damage) => {
    const { isRight } = imagesOf(pending);
    expect(isRight(damage)).toBe(false);
    expect(isRight(damage, { isKnown: true })).toBe(false);
  });
}

it('looks as well where statements are run sooner than tables are copied for a lens', () => {
  const few: readonly [string, string] = [
    'CREATE TABLE t (k integer PRIMARY KEY, v); CREATE TABLE other (v)',
    'INSERT INTO other VALUES (1), (2)',
  ];
  const { isRight } = imagesOf(
    'INSERT OR IGNORE INTO t (k, v) SELECT v, v FROM other; UPDATE OR IGNORE t SET k = k + 1 WHERE k = 2',
    few,
  );
  expect(isRight('')).toBe(true);
  for (const damage of [
    'UPDATE t SET v = 7 WHERE k = 1',
    'DELETE FROM t WHERE k = 3',
    'UPDATE other SET v = 7',
  ])
    expect([damage, isRight(damage), isRight(damage, { isKnown: true })]).toEqual([damage, false, false]);
});
