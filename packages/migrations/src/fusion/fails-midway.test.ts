import { expect, it } from 'vitest';
import { defineLineage } from '../lineage/define-lineage.ts';
import { mayFailMidway } from './fails-midway.ts';

const start = `CREATE TABLE t (id integer PRIMARY KEY NOT NULL, a text, b text NOT NULL, c integer DEFAULT 0);
CREATE TABLE u (id integer PRIMARY KEY NOT NULL, a text);
CREATE TABLE v (a text UNIQUE, b text, c text); CREATE UNIQUE INDEX v_b ON v (lower(b)) WHERE c IS NULL`;
const rebuild = (columns: string, select = 'id, a, b', names = select) => `CREATE TABLE n (${columns});
INSERT INTO n (${names}) SELECT ${select} FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t`;
const strictB = rebuild('id integer PRIMARY KEY NOT NULL, a text, b text NOT NULL');
const strictA = rebuild('id integer PRIMARY KEY NOT NULL, a text NOT NULL, b text NOT NULL');
const checked = rebuild("id integer PRIMARY KEY NOT NULL, a text CHECK (a <> ''), b text NOT NULL");

function ask(...pending: readonly string[]): boolean {
  const migrations = [start, ...pending].map((sql, at) => ({ name: `m${at}`, sql, createdAtMs: at + 1 }));
  return mayFailMidway(defineLineage({ name: 'asked', tables: {}, migrations }), 1);
}

it.each([
  ['NOT NULL, then the values change', [strictA, `UPDATE t SET a = ''`]],
  ['NOT NULL, then rows go', [strictA, 'DELETE FROM t']],
  ['NOT NULL, then the column goes', [strictA, 'ALTER TABLE t DROP COLUMN a']],
  [
    'NOT NULL, then under another name',
    [strictA, 'ALTER TABLE t RENAME COLUMN a TO x', 'ALTER TABLE t DROP COLUMN x'],
  ],
  ['NOT NULL, then no more', [strictA, strictB]],
  ['NOT NULL, then the table goes', [strictA, 'DROP TABLE t']],
  ['a CHECK, then no more', [checked, strictB]],
  ['a unique index, then no more', ['CREATE UNIQUE INDEX i ON t (a)', 'DROP INDEX i']],
  ['an update of a NOT NULL column, then another', ['UPDATE t SET b = a', `UPDATE t SET b = 'x'`]],
  [
    'JSON that may be none, then not asked for',
    [`UPDATE t SET a = json_set(a, '$.v', 2)`, `UPDATE t SET a = 'x'`],
  ],
  [
    'JSON that may be none, then dropped',
    [`UPDATE t SET a = json_set(a, '$.v', 2)`, 'ALTER TABLE t DROP COLUMN a'],
  ],
  ['an update of a key, row by row', ['UPDATE t SET id = -id']],
  ['an update of a unique column', ['UPDATE v SET a = b']],
  ['an update of what a unique index computes', ['UPDATE v SET b = c']],
  ['an update of what a unique index asks for', ['UPDATE v SET c = b']],
  [
    'an update of several columns at once',
    ["UPDATE t SET c = 1, (a, b) = ('x', NULL)", "UPDATE t SET b = ''"],
  ],
])('sees that a replay may stop at what is gone at head: %s', (_title, pending) => {
  expect(ask(...pending)).toBe(true);
});

it.each([
  ['a rebuild that demands nothing new', [strictB, strictB]],
  ['NOT NULL that head demands too', [strictA, 'ALTER TABLE t ADD d text', strictA]],
  ['a CHECK that head demands too', [checked, 'ALTER TABLE u DROP COLUMN a']],
  [
    'a column that comes filled, and goes',
    ['ALTER TABLE t ADD d integer DEFAULT 1 NOT NULL', 'ALTER TABLE t DROP COLUMN d'],
  ],
  [
    'JSON changed twice',
    [`UPDATE t SET a = json_set(a, '$.v', 2) WHERE a IS NOT NULL`, `UPDATE t SET a = json_remove(a, '$.w')`],
  ],
  ['rows that go before anything is demanded', ['DELETE FROM t WHERE a IS NULL', strictA]],
])('sees that what stops a replay stops one pass too: %s', (_title, pending) => {
  expect(ask(...pending)).toBe(false);
});
