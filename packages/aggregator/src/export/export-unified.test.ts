import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { standardLineage as lineage } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { fingerprint, makeFolder } from '../testing/archives.ts';
import { askDuckDb, unifyDays } from '../testing/unify-days.ts';
import { exportUnified } from './export-unified.ts';

it('writes Parquet that DuckDB reads with the types of the columns', async () => {
  const [dir, into] = [makeFolder(), makeFolder()];
  const file = await unifyDays(dir, [1, 2, 3]);
  const before = fingerprint(dir);
  expect(exportUnified(file, { lineage, format: 'parquet', into })).toMatchObject({
    unchanged: [],
    removed: [],
  });
  const path = join(into, 'tool_calls.parquet');
  expect(await askDuckDb(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '${path}')`)).toEqual(
    expect.arrayContaining([
      ['_archive', 'BIGINT'],
      ['arguments', 'JSON'],
      ['result', 'JSON'],
      ['started_at_ms', 'TIMESTAMP'],
      ['duration_ms', 'DOUBLE'],
      ['tool_name', 'VARCHAR'],
    ]),
  );
  const rows = await askDuckDb(
    `SELECT tool_name, count(*), max(result->'$.hits[0]'), max(arguments->>'$.text') FROM '${path}' GROUP BY 1 ORDER BY 1`,
  );
  expect(rows).toEqual([
    ['grep', '3', null, 'a "quoted"\nline, and more'],
    ['größe', '3', '1.5', null],
  ]);
  const times = await askDuckDb(
    `SELECT min(started_at_ms), max(ended_at_ms) > min(started_at_ms) FROM '${into}/sessions.parquet'`,
  );
  expect(times).toEqual([['2026-01-01 12:00:00', true]]);
  expect(fingerprint(dir)).toEqual(before);
});

it.each(['jsonl', 'csv'] as const)('writes %s that DuckDB reads as the rows of the view', async (format) => {
  const into = makeFolder();
  const file = await unifyDays(makeFolder(), [1, 2]);
  const query = `SELECT tool_name, arguments, seq, duration_ms * 0 + 9007199254740993 AS big, x'00ff' AS bytes FROM tool_calls ORDER BY 1;`;
  expect(exportUnified(file, { lineage, format, into, query })).toMatchObject({
    written: [`query.${format}`],
    rows: 4,
  });
  const text = readFileSync(join(into, `query.${format}`), 'utf8');
  expect(text.trimEnd().split('\n').length).toBe(format === 'jsonl' ? 4 : 5);
  const path = join(into, `query.${format}`);
  expect(
    await askDuckDb(`SELECT tool_name, arguments->>'$.text', seq FROM '${path}' ORDER BY 1 DESC LIMIT 1`),
  ).toEqual([['größe', null, '2']]);
});

it('writes integers, floats, blobs and texts as they are, and a column of several kinds as text', async () => {
  const into = makeFolder();
  const file = await unifyDays(makeFolder(), [1]);
  const query = `SELECT 9007199254740993 AS big, x'00ff' AS bytes, 'é' AS name, NULL AS none, 1 AS mixed, 1 AS n
    UNION ALL SELECT -1, x'', '', NULL, 'one', 1.5`;
  exportUnified(file, { lineage, format: 'parquet', into, query });
  const rows = await askDuckDb(
    `SELECT big, hex(bytes), name, none, mixed, n FROM '${into}/query.parquet' ORDER BY n`,
  );
  expect(rows).toEqual([
    ['9007199254740993', '00FF', 'é', null, '1', 1],
    ['-1', '', '', null, 'one', 1.5],
  ]);
});

it('rounds no integer, whatever stands beside it', async () => {
  const into = makeFolder();
  const file = await unifyDays(makeFolder(), [1]);
  const query = `SELECT 9007199254740993 AS n, 9007199254740993 AS beside, 9007199254740993 AS time_at_ms
    UNION ALL SELECT 9007199254740992, 0.5, 1 UNION ALL SELECT 1, 2, NULL`;
  exportUnified(file, { lineage, format: 'parquet', into, query });
  const rows = `SELECT n, beside, typeof(beside), time_at_ms FROM '${into}/query.parquet' ORDER BY n DESC`;
  expect(await askDuckDb(rows)).toEqual([
    ['9007199254740993', '9007199254740993', 'VARCHAR', '9007199254740993'],
    ['9007199254740992', '0.5', 'VARCHAR', '1'],
    ['1', '2', 'VARCHAR', null],
  ]);
});

it('writes a time with a fraction of its millisecond as a timestamp, rounded, and no other number so', async () => {
  const into = makeFolder();
  const file = await unifyDays(makeFolder(), [1, 2]);
  const sqlite = new Database(file);
  sqlite.exec(`UPDATE sessions SET ended_at_ms = 1767268800000.6 WHERE agent_name = 'agent 1';
    UPDATE tool_calls SET attempt = 1.6 WHERE tool_name = 'grep'`);
  sqlite.close();
  exportUnified(file, { lineage, format: 'parquet', into, tables: ['sessions', 'tool_calls'] });
  const times = `SELECT typeof(ended_at_ms), epoch_ms(ended_at_ms) FROM '${into}/sessions.parquet'
    WHERE agent_name = 'agent 1'`;
  expect(await askDuckDb(times)).toEqual([['TIMESTAMP', '1767268800001']]);
  const attempts = `SELECT DISTINCT typeof(attempt) FROM '${into}/tool_calls.parquet'`;
  expect(await askDuckDb(attempts)).toEqual([['DOUBLE']]);
});

it('writes a JSON column as text where a text in it is none, and as JSON where all is NULL', async () => {
  const into = makeFolder();
  const file = await unifyDays(makeFolder(), [1]);
  const sqlite = new Database(file);
  sqlite.exec(
    `UPDATE tool_calls SET arguments = 'no JSON' WHERE tool_name = 'größe'; UPDATE tool_calls SET result = NULL`,
  );
  sqlite.close();
  exportUnified(file, { lineage, format: 'parquet', into, tables: ['tool_calls'] });
  const rows = `SELECT arguments, typeof(arguments), typeof(result) FROM '${into}/tool_calls.parquet' ORDER BY 1`;
  expect(await askDuckDb(rows)).toEqual([
    ['no JSON', 'VARCHAR', 'JSON'],
    [JSON.stringify({ text: 'a "quoted"\nline, and more' }), 'VARCHAR', 'JSON'],
  ]);
});
