import { expect, it } from 'vitest';
import { replayMigrations } from '../replay/replay.ts';
import { lineageOf, openMemory } from '../testing/test-lineage.ts';
import { resolveQuotedStrings } from './resolve-quoted-strings.ts';
import { splitStatements } from './split-statements.ts';

function resolved(sql: string, schema = 'CREATE TABLE a (status, kind)'): string[] {
  const sqlite = openMemory(schema);
  return splitStatements(sql).map((statement) => resolveQuotedStrings(sqlite, statement).text);
}

it('takes a double-quoted name that is no column for a string', () => {
  expect(resolved(`SELECT 1; UPDATE a SET status = "it's on" WHERE "kind" = "x"`)).toEqual([
    'SELECT 1',
    `UPDATE a SET status = 'it''s on' WHERE "kind" = 'x'`,
  ]);
});

it('tells each place where the name stands apart', () => {
  const sql = 'INSERT INTO b ("mood") SELECT "mood" FROM a WHERE EXISTS (SELECT 1 FROM b WHERE "mood" = 1)';
  expect(resolved(sql, 'CREATE TABLE a (status); CREATE TABLE b (mood)')).toEqual([
    `INSERT INTO b ("mood") SELECT 'mood' FROM a WHERE EXISTS (SELECT 1 FROM b WHERE "mood" = 1)`,
  ]);
});

it('leaves alone what SQLite finds, and what is wrong in another way', () => {
  const sql = ['SELECT "status" FROM "a"', 'SELECT nowhere FROM a', 'SELECT `nowhere` FROM a', 'SELEC "x"'];
  expect(resolved(sql.join(';'))).toEqual(sql);
});

it('lets a lineage run that relies on it', () => {
  const sqlite = openMemory();
  const copy = 'INSERT INTO b ("id", "status") SELECT "id", "status" FROM a';
  const sql = ['CREATE TABLE a (id); INSERT INTO a VALUES (1);', `CREATE TABLE b (id, status); ${copy};`];
  replayMigrations(sqlite, lineageOf(sql));
  expect(sqlite.prepare('SELECT * FROM b').raw().all()).toEqual([[1, 'status']]);
});
