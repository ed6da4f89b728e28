import { linkSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { fingerprint, makeFolder, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { keepView } from '../testing/keep-view.ts';
import { openLiveQuery, queryArchives } from './query-archives.ts';
import { runQuery } from './run-query.ts';

function writeArchives(dir = makeFolder()): string {
  for (let at = 0; at < 11; at++) writeArchive(join(dir, `${at}.db`), (at % head) + 1);
  return dir;
}

const view = keepView(lineage, writeArchives);
const { archives } = view;

it.each([
  'SELECT tool_name, failed, count(*) AS calls FROM tool_calls GROUP BY 1, 2 ORDER BY 1',
  'SELECT count(*) FROM tags',
  'SELECT s.agent, max(t.ordinal) FROM sessions s JOIN tool_calls t ON t.session_id = s.id AND t._archive = s._archive GROUP BY 1 ORDER BY 1',
  `SELECT name, count(*) FROM tags WHERE name = 'READ' GROUP BY name`,
  'SELECT version, rows > 0 FROM _archives ORDER BY path LIMIT 3',
  `WITH slow AS (SELECT * FROM tool_calls WHERE ordinal >= 20) SELECT count(*) FROM slow WHERE seq IN (SELECT call_seq FROM tags)`,
  'SELECT EXISTS (SELECT 1 FROM tool_calls WHERE failed), (SELECT min(agent) FROM sessions)',
  `SELECT json_group_array(tool_name) FROM (SELECT DISTINCT tool_name FROM tool_calls ORDER BY 1)`,
  'SELECT * FROM tool_calls ORDER BY session_id, seq',
])('answers as a unified view of the same archives: %s', async (sql) => {
  const before = fingerprint(archives);
  const answer = await queryArchives(archives, sql, { lineage });
  const expected = runQuery(view.sqlite, sql);
  // Whether a query that gives no order gives a row's archive the same number is up to the order they are read in.
  expect(answer).toMatchObject(expected.rows.length > 0 ? expected : { rows: ['there are rows'] });
  expect(answer).toMatchObject({ archives: 11, problems: [], advice: undefined });
  expect(fingerprint(archives)).toEqual(before);
});

it.each([
  ['SELECT agent FROM sessions', { sessions: ['id', 'agent'] }],
  ['SELECT count(*) FROM tags', { sessions: ['id'], tags: [] }],
  ['SELECT max(seq) FROM tool_calls WHERE failed', { sessions: ['id'], tool_calls: ['seq', 'failed'] }],
  ['SELECT path FROM _archives', { sessions: ['id'] }],
  ['EXPLAIN QUERY PLAN SELECT * FROM tool_calls', { sessions: ['id'] }],
])('reads of the archives what %s names, and no more', async (sql, pulled) => {
  const answer = await queryArchives(archives, sql, { lineage });
  expect(Object.fromEntries(answer.pulled.map(({ name, columns }) => [name, columns]))).toEqual(pulled);
});

/** Ways to write, or to reach another file, that a reader of a database may try. */
const attempts: [code: string, sql: string][] = [
  ['SQL_REFUSED', "ATTACH 'TARGET' AS other"],
  ['SQL_REFUSED', 'DETACH archive0'],
  ['SQL_REFUSED', 'PRAGMA query_only = OFF'],
  ['SQL_REFUSED', '/* SELECT */ PRAGMA writable_schema = ON'],
  ['SQL_REFUSED', 'EXPLAIN PRAGMA user_version = 3'],
  ['SQL_REFUSED', "VACUUM INTO 'TARGET'"],
  ['SQL_REFUSED', 'VACUUM'],
  ['SQL_REFUSED', "SELECT 1; ATTACH 'TARGET' AS other"],
  ['SQL_REFUSED', 'SELECT 1; DROP TABLE sessions'],
  ['SQL_REFUSED', "WITH x AS (SELECT 'a') DELETE FROM sessions WHERE id IN (SELECT * FROM x) RETURNING id"],
  ['SQL_REFUSED', "WITH x(a) AS (VALUES ('a')) UPDATE sessions SET agent = (SELECT a FROM x) RETURNING id"],
  ['SQL_REFUSED', "WITH x AS (SELECT 'a') INSERT INTO sessions (id) SELECT * FROM x RETURNING id"],
  ['SQL_REFUSED', 'REPLACE INTO sessions (id) VALUES (1) RETURNING id'],
  ['SQL_REFUSED', 'CREATE TEMP TABLE t AS SELECT * FROM sessions'],
  ['SQL_REFUSED', "CREATE VIRTUAL TABLE t USING fts5(a, content='sessions')"],
  ['SQL_REFUSED', 'DROP TABLE sessions'],
  ['SQL_REFUSED', 'REINDEX'],
  ['SQL_REFUSED', 'ANALYZE'],
  ['SQL_REFUSED', 'BEGIN EXCLUSIVE'],
  ['SQL_REFUSED', 'SAVEPOINT s'],
  ['SQL_REFUSED', 'SELECT * FROM sessions WHERE id = ?'],
  [
    'SQL_REFUSED',
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) INSERT INTO sessions (id) SELECT i FROM n',
  ],
  ['SQL_REFUSED', 'ALTER TABLE sessions ADD COLUMN more'],
  ['SQL_REFUSED', 'CREATE TRIGGER t AFTER INSERT ON sessions BEGIN SELECT 1; END'],
  ['SQL_REFUSED', 'CREATE VIEW v AS SELECT 1'],
  ['SQL_FAILED', "UPDATE sqlite_schema SET sql = ''"],
  ['SQL_FAILED', 'DELETE FROM sqlite_schema'],
  ['SQL_FAILED', "SELECT * FROM pragma_writable_schema('on')"],
  ['SQL_FAILED', "SELECT * FROM pragma_wal_checkpoint('TRUNCATE')"],
  ['SQL_FAILED', "WITH x AS MATERIALIZED (SELECT load_extension('TARGET')) SELECT * FROM x"],
  ['SQL_FAILED', "SELECT highlight(sessions, 0, '', '') FROM sessions"],
  ['SQL_FAILED', "SELECT * FROM zipfile('TARGET')"],
  ['SQL_FAILED', "SELECT * FROM csv('/etc/passwd')"],
  ['SQL_FAILED', "SELECT load_extension('TARGET')"],
  ['SQL_FAILED', "SELECT writefile('TARGET', 'x')"],
  ['SQL_FAILED', "SELECT readfile('/etc/passwd')"],
  ['SQL_FAILED', "SELECT edit('x')"],
  ['SQL_FAILED', "SELECT * FROM fsdir('/')"],
  ['SQL_FAILED', "SELECT fts3_tokenizer('simple', x'00')"],
  ['SQL_FAILED', 'SELECT * FROM archive0.sessions'],
  ['SQL_FAILED', "SELECT * FROM pragma_journal_mode('off')"],
  ['SQL_FAILED', 'SELECT * FROM "file:/etc/passwd?mode=ro"'],
];

it.each(attempts)('says %s to %s, and nothing is written', async (code, attempt) => {
  const target = join(view.dir, 'target.db');
  const sql = attempt.replaceAll('TARGET', target);
  const before = fingerprint(view.dir);
  await expect(queryArchives(archives, sql, { lineage })).rejects.toMatchObject({ code });
  expect(() => runQuery(view.sqlite, sql)).toThrow(expect.objectContaining({ code }));
  expect(fingerprint(view.dir)).toEqual(before);
});

it('cannot be had to optimize by a table-valued pragma', async () => {
  const attempt = queryArchives(archives, 'SELECT * FROM pragma_optimize', { lineage });
  await expect(attempt).rejects.toMatchObject({ details: { sqliteCode: 'SQLITE_READONLY' } });
});

it('refuses before it reads an archive', async () => {
  let reads = 0;
  const onProgress = () => {
    reads += 1;
  };
  const attempt = queryArchives(archives, 'SELECT nothing FROM nowhere', { lineage, onProgress });
  await expect(attempt).rejects.toMatchObject({ code: 'SQL_FAILED' });
  expect(reads).toBe(0);
});

it('passes over what cannot be read, and says why', async () => {
  const dir = writeArchives();
  writeFileSync(join(dir, 'notes.db'), 'some notes');
  const bytes = readFileSync(join(dir, '1.db'));
  writeFileSync(join(dir, '1.db'), Buffer.from(bytes).fill(0xff, 4096));
  const { problems, rows } = await queryArchives(dir, 'SELECT count(*) FROM tool_calls', { lineage });
  expect(problems.map(({ code }) => code)).toEqual(['FILE_CORRUPT', 'FILE_NOT_A_DATABASE']);
  expect(rows).toEqual([[30n]]);
});

it('gives rows one by one, and closes also before the last', async () => {
  const live = await openLiveQuery(archives, 'SELECT seq FROM tool_calls', { lineage });
  const rows = live.iterate();
  expect(rows.next().value).toEqual([1n]);
  live.close();
  expect(rows.next().done).toBe(true);
});

it('advises a unified view when there are very many archives', async () => {
  const dir = makeFolder();
  const first = writeArchive(join(dir, 'first.db'), head);
  for (let at = 0; at < 1000; at++) linkSync(first, join(dir, `${at}.db`));
  const { advice } = await queryArchives(dir, 'SELECT count(*) FROM sessions', { lineage });
  expect(advice).toContain('varve unify');
});

it('reads a database of another lineage as a problem, not as rows', async () => {
  const dir = makeFolder();
  const sqlite = new Database(join(dir, 'other.db'));
  sqlite.exec('CREATE TABLE sessions (id, agent)');
  sqlite.close();
  const { problems, rows } = await queryArchives(dir, 'SELECT count(*) FROM sessions', { lineage });
  expect(problems).toHaveLength(1);
  expect(rows).toEqual([[0n]]);
});
