import { expect, it } from 'vitest';
import { rowChangeOf } from './row-change.ts';
import { splitStatements } from './split-statements.ts';

const changesOf = (sql: string) => splitStatements(sql).map(rowChangeOf);

it('a statement that begins by changing the schema changes no row that is there, whatever else it says', () => {
  expect(
    changesOf(`CREATE TABLE a AS SELECT 1 AS b;
      CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; END;
      /* a word before */ ALTER TABLE a RENAME TO c;
      DROP TABLE c;
      CREATE SOMETHING NEW;`),
  ).toEqual([undefined, undefined, undefined, undefined, undefined]);
});

it('tells what a statement does to the rows of the table that it names, and any for what is not understood', () => {
  const insert = { table: 'a', inserts: true, deletes: false, replaces: false, updates: [] };
  expect(
    changesOf(`INSERT INTO A (b) VALUES (1);
      UPDATE a SET "B" = 1;
      DELETE FROM a;
      SELECT 1;
      FROBNICATE a;`),
  ).toEqual([
    insert,
    { ...insert, inserts: false, updates: ['b'] },
    { ...insert, inserts: false, deletes: true },
    undefined,
    'any',
  ]);
});
