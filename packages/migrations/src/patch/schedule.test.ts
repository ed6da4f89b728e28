import { expect, it } from 'vitest';
import { defineLineage } from '../lineage/index.ts';
import { patchOf } from './patch-of.ts';

const tables = `CREATE TABLE a (id integer PRIMARY KEY, x text); CREATE TABLE b (id integer PRIMARY KEY, y text);
  CREATE TABLE c (id integer PRIMARY KEY AUTOINCREMENT)`;

function kindsOf(pending: string): string {
  const migrations = [tables, pending].map((sql, at) => ({ name: `m${at}`, createdAtMs: at + 1, sql }));
  const lineage = defineLineage({ name: 'scheduled', tables: {}, migrations });
  return (patchOf(lineage, 1)?.batches ?? []).map(({ kind }) => kind).join(' ');
}

it('edits the schema before it runs what has nothing to do with that: SQLite reads it once', () => {
  expect(kindsOf(`UPDATE a SET x = 'z'; ALTER TABLE b ADD z text`)).toBe('edit run');
  expect(kindsOf(`ALTER TABLE a ADD z text; UPDATE a SET z = x; CREATE TABLE d (id)`)).toBe('edit run');
});

it('writes rows before their table gets another column: they stay where they lie', () => {
  expect(kindsOf(`UPDATE a SET x = 'z'; ALTER TABLE a ADD z text`)).toBe('run edit');
});

it('reads the schema no more often for it', () => {
  const late = 'ALTER TABLE a ADD z text; UPDATE a SET z = x; ALTER TABLE a RENAME COLUMN z TO w';
  expect(kindsOf(late)).toBe('edit run edit');
  expect(kindsOf(`UPDATE b SET y = 'z'; ALTER TABLE b RENAME COLUMN y TO w; ALTER TABLE a ADD z text`)).toBe(
    'run edit',
  );
});

it('sets a counter while its table has the name that it is set by', () => {
  const set = (name: string) => `UPDATE sqlite_sequence SET seq = 9 WHERE name LIKE '${name}%'`;
  expect(kindsOf(`${set('c')}; ALTER TABLE c RENAME TO d`)).toBe('run edit');
  expect(kindsOf(`ALTER TABLE c RENAME TO d; ${set('d')}; ALTER TABLE a ADD z text`)).toBe('edit run');
});
