import { expect, it } from 'vitest';
import { defineLineage } from '../lineage/define-lineage.ts';
import { virtualStatements } from './virtual-statements.ts';

const start = `CREATE TABLE note (id integer PRIMARY KEY, body text, book_id integer REFERENCES book (id) ON DELETE CASCADE);
  CREATE TABLE book (id integer PRIMARY KEY, title text); CREATE TABLE other (v); CREATE INDEX vs ON other (v);
  CREATE VIRTUAL TABLE search USING fts5 (body, content = 'note', content_rowid = 'id');
  CREATE TRIGGER noted AFTER UPDATE ON note BEGIN
    INSERT INTO search (search, rowid, body) VALUES ('delete', old.id, old.body);
    INSERT INTO search (rowid, body) VALUES (new.id, new.body);
  END;`;

function statementsOf(...pending: string[]): string[] {
  const migrations = [start, pending.join(';\n')].map((sql, at) => ({
    name: `m${at}`,
    sql,
    createdAtMs: at + 1,
  }));
  const part = virtualStatements(defineLineage({ name: 'virtual', tables: {}, migrations }), 1);
  return [...(part?.statements ?? [])].map(({ text }) => text).sort();
}

const beside = ['ALTER TABLE other ADD w', 'DELETE FROM other', 'DROP INDEX vs', 'CREATE TABLE more (v)'];

it.each([
  ['the table itself', "INSERT INTO search (search) VALUES ('rebuild')"],
  ['the table that its texts lie in', 'ALTER TABLE note ADD language text'],
  ['what a trigger does', "UPDATE note SET body = 'x'"],
  ['what a foreign key does', 'DELETE FROM book'],
  ['a table that it is filled from', 'INSERT INTO search (rowid, body) SELECT id, title FROM book'],
])('finds, of pending statements, those that have to do with a virtual table: %s', (_title, statement) => {
  expect(statementsOf(...beside, statement)).toEqual([statement]);
});

it('finds what those have to do with in turn', () => {
  const chain = [
    'UPDATE book SET title = (SELECT max(v) FROM other)',
    'UPDATE note SET body = (SELECT max(title) FROM book)',
  ];
  expect(statementsOf(...chain, 'DELETE FROM other', 'CREATE TABLE more (v)')).toEqual(
    ['DELETE FROM other', ...chain].sort(),
  );
});

it('finds nothing where statements may have to do with anything', () => {
  const migrations = [start, 'PRAGMA user_version = 3'].map((sql, at) => ({
    name: `m${at}`,
    sql,
    createdAtMs: at + 1,
  }));
  expect(virtualStatements(defineLineage({ name: 'virtual', tables: {}, migrations }), 1)).toBeUndefined();
});
