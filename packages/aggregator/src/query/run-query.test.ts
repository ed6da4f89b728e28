import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { runQuery } from './run-query.ts';

/** A writable connection: what keeps it from being written is `runQuery` alone. */
function openCalls() {
  const dir = mkdtempSync(join(tmpdir(), 'varve-query-'));
  const path = join(dir, 'calls.db');
  const sqlite = new Database(path);
  onTestFinished(() => {
    sqlite.close();
    rmSync(dir, { recursive: true });
  });
  sqlite.exec(
    "CREATE TABLE calls (id integer PRIMARY KEY, tool text); INSERT INTO calls (tool) VALUES ('search')",
  );
  return { sqlite, path, dir };
}

it.each([
  ['a second statement', 'SELECT 1; DELETE FROM calls'],
  ['nothing', ' ; -- nothing'],
  ['a DELETE', 'DELETE FROM calls'],
  ['a DELETE that returns rows', 'DELETE FROM calls RETURNING tool'],
  ['an INSERT behind a WITH', "WITH x AS (SELECT 'a') INSERT INTO calls (tool) SELECT * FROM x RETURNING id"],
  ['an explained DELETE', 'EXPLAIN DELETE FROM calls'],
  ['a TEMP table', 'CREATE TEMP TABLE t AS SELECT 1'],
  ['ATTACH', "ATTACH 'other.db' AS other"],
  ['VACUUM INTO', "VACUUM INTO 'other.db'"],
  ['BEGIN', 'BEGIN IMMEDIATE'],
  ['a writing PRAGMA', 'PRAGMA user_version = 7'],
  ['a PRAGMA that SQLite calls read-only', 'PRAGMA trusted_schema = on'],
  ['a PRAGMA behind a comment', '/* SELECT */ ; -- x\n PrAgMa journal_mode = wal'],
  ['an explained PRAGMA', 'EXPLAIN QUERY PLAN\n PRAGMA query_only = off'],
  ['a positional parameter', 'SELECT * FROM calls WHERE tool = ?'],
  ['a named parameter', 'SELECT * FROM calls WHERE tool = :tool'],
])('refuses %s and changes nothing', (_, sql) => {
  const { sqlite, path, dir } = openCalls();
  const before = readFileSync(path);
  expect(() => runQuery(sqlite, sql)).toThrow(expect.objectContaining({ code: 'SQL_REFUSED' }));
  expect(sqlite.inTransaction).toBe(false);
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(existsSync(join(dir, 'other.db'))).toBe(false);
});

it.each([
  ['SELECT * FROM nowhere', 'no such table: nowhere'],
  ["SELECT load_extension('evil')", 'not authorized'],
  ["SELECT readfile('/etc/passwd')", 'no such function: readfile'],
])('says SQL_FAILED with what SQLite says of %s', (sql, reason) => {
  const { sqlite } = openCalls();
  expect(() => runQuery(sqlite, sql)).toThrow(
    expect.objectContaining({ code: 'SQL_FAILED', message: `SQLite could not run the query: ${reason}` }),
  );
});

it('says of a damaged file that it is, and which', () => {
  const { sqlite, path } = openCalls();
  sqlite.exec("INSERT INTO calls (tool) SELECT hex(randomblob(2000)) FROM calls, json_each('[1,2,3,4]')");
  sqlite.close();
  writeFileSync(path, readFileSync(path).fill(0xff, 4096));
  const damaged = new Database(path, { readonly: true });
  onTestFinished(() => void damaged.close());
  const error = expect.objectContaining({ code: 'FILE_CORRUPT', path });
  expect(() => runQuery(damaged, 'SELECT * FROM calls')).toThrow(error);
});

it.each([
  'VALUES (1)',
  'WITH x AS (SELECT 1) SELECT * FROM x;',
  'EXPLAIN QUERY PLAN SELECT * FROM calls',
  "SELECT name FROM pragma_table_info('calls')",
])('runs %s', (sql) => {
  expect(runQuery(openCalls().sqlite, sql).rows.length).toBeGreaterThan(0);
});
