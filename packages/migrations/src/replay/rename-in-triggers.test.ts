import { expect, it } from 'vitest';
import { openMemory } from '../driver/index.ts';
import { defineLineage, lineageAt } from '../lineage/index.ts';
import { replayMigrations } from './replay.ts';

const start = 'CREATE TABLE a (x, y); CREATE TABLE b (x); CREATE TABLE log (n)';
const onA = 'CREATE TRIGGER own AFTER INSERT ON a BEGIN INSERT INTO log VALUES (new.x); END';
const onB = 'CREATE TRIGGER own AFTER INSERT ON b BEGIN INSERT INTO log SELECT a.x FROM a; END';

/** A file of the first version that triggers were added to, brought to head. */
function bringToHead(pending: string, own: string) {
  const migrations = [start, ...pending.split('---')].map((sql, at) => ({
    name: `m${at}`,
    sql,
    createdAtMs: at + 1,
  }));
  const lineage = defineLineage({ name: 'renamed', tables: {}, migrations });
  const sqlite = openMemory();
  replayMigrations(sqlite, lineageAt(lineage, 1));
  sqlite.exec(`INSERT INTO a VALUES (1, 2); ${own}`);
  replayMigrations(sqlite, lineage);
  const texts = sqlite.prepare(`SELECT sql FROM sqlite_schema WHERE type = 'trigger'`).pluck().all();
  return { sqlite, texts };
}

it.each([
  ['a column', 'ALTER TABLE a RENAME x TO z', onA, 'INSERT INTO a VALUES (7, 8)'],
  [
    'a column, under the name of a table',
    'ALTER TABLE a RENAME x TO z',
    onA.replace('own', 'b'),
    'INSERT INTO a VALUES (7, 8)',
  ],
  ['its table', 'ALTER TABLE a RENAME TO c', onA, 'INSERT INTO c VALUES (7, 8)'],
  [
    'both, more than once',
    'ALTER TABLE a RENAME TO c; ALTER TABLE c RENAME x TO z --- ALTER TABLE c RENAME z TO x; ALTER TABLE c RENAME TO d',
    onA,
    'INSERT INTO d VALUES (7, 8)',
  ],
  [
    'what another table is called, among rows that change',
    'ALTER TABLE a RENAME TO c; UPDATE c SET x = 7; INSERT INTO b VALUES (1); ALTER TABLE c RENAME x TO z',
    onB,
    'INSERT INTO b VALUES (2)',
  ],
  [
    'a column, beside a trigger that has lost its table',
    'DROP TABLE b --- ALTER TABLE a RENAME x TO z',
    `${onA}; CREATE TRIGGER other AFTER INSERT ON a WHEN 0 BEGIN DELETE FROM b; END`,
    'DROP TRIGGER other; INSERT INTO a VALUES (7, 8)',
  ],
])('a trigger that the version does not have follows a new name of %s', (_title, pending, own, insert) => {
  const { sqlite } = bringToHead(pending, own);
  expect(sqlite.prepare('SELECT n FROM log').all()).toEqual([]);
  sqlite.exec(insert);
  expect(sqlite.prepare('SELECT n FROM log').pluck().all()).toEqual([7]);
});

it.each([
  ['mentions no table that there is', 'CREATE TRIGGER own AFTER INSERT ON a BEGIN DELETE FROM none; END'],
  [
    'has an odd name, and mentions none',
    'CREATE TRIGGER "o: w""n" AFTER INSERT ON a BEGIN DELETE FROM none; END',
  ],
  ['has nothing to do with it', 'CREATE TRIGGER own AFTER DELETE ON b BEGIN SELECT 1; END'],
])('leaves the text of a trigger that %s', (_title, own) => {
  expect(bringToHead('ALTER TABLE a RENAME x TO z', own).texts).toEqual([own]);
});
