import { replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { errorOf } from '../testing/error-of.ts';
import { history as lineage } from '../testing/history.ts';
import { verifySchema } from './verify-schema.ts';

function verify(sql: string, lackedBefore: readonly string[] = []): void {
  const sqlite = new Database(':memory:');
  replayMigrations(sqlite, lineage);
  sqlite.exec(sql);
  verifySchema(sqlite, lineage, lackedBefore, '/a.db');
}

it('accepts what a replay makes', () => {
  verify('');
});

it.each([
  ['a table is gone', 'DROP TABLE marks', /not that of head: marks/],
  ['a column is gone', 'DROP TABLE marks; CREATE TABLE marks (id integer)', /not that of head: marks/],
  ['an index is gone', 'DROP INDEX tool_calls_tool_name_idx', /index tool_calls_tool_name_idx/],
])('refuses an upgrade when %s', (_, sql, message) => {
  const error = errorOf(() => verify(sql));
  expect(error).toMatchObject({ code: 'UPGRADE_MISMATCH', path: '/a.db' });
  expect(error.message).toMatch(message);
});

it('does not ask for an index that the file lacked before', () => {
  verify('DROP INDEX tool_calls_tool_name_idx', ['index tool_calls_tool_name_idx']);
});
