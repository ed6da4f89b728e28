import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSession } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import { expect, it } from 'vitest';
import { fingerprint, makeFolder } from '../testing/archives.ts';
import { askDuckDb, unifyDays } from '../testing/unify-days.ts';
import { openUnified } from '../unified/open-unified.ts';
import { exportUnified } from './export-unified.ts';

it('writes only the partitions of new archives the second time, and removes those of archives that are gone', async () => {
  const [dir, into] = [makeFolder(), makeFolder()];
  const file = await unifyDays(dir, [1, 2]);
  const options = { lineage, format: 'parquet', into, partitionBy: 'day', tables: ['tool_calls'] } as const;
  const path = (day: number) => `tool_calls/day=2026-01-0${day}/rows.parquet`;
  expect(exportUnified(file, options)).toMatchObject({ written: [path(1), path(2)], rows: 4 });
  expect(exportUnified(file, options)).toMatchObject({ written: [], unchanged: [path(1), path(2)], rows: 0 });
  await unifyDays(dir, [3], file);
  expect(exportUnified(file, options)).toMatchObject({ written: [path(3)], unchanged: [path(1), path(2)] });
  const ask = () =>
    askDuckDb(
      `SELECT CAST(day AS VARCHAR), count(*) FROM read_parquet('${into}/tool_calls/*/*.parquet', hive_partitioning = true) GROUP BY 1 ORDER BY 1`,
    );
  expect(await ask()).toEqual([1, 2, 3].map((day) => [`2026-01-0${day}`, '2']));
  (await openUnified(file, { lineage, archives: makeFolder() })).close();
  expect(exportUnified(file, options)).toMatchObject({ written: [], removed: [path(1), path(2), path(3)] });
});

it('writes the older partitions anew when a new archive makes a column one of several kinds', async () => {
  const [dir, into] = [makeFolder(), makeFolder()];
  const file = await unifyDays(dir, [1, 2]);
  const query = `SELECT _archive, CASE WHEN _archive > 2 THEN 'new' ELSE 7 END AS mark FROM sessions`;
  const options = { lineage, format: 'parquet', into, partitionBy: 'day', query } as const;
  const ask = () =>
    askDuckDb(
      `SELECT mark, typeof(mark) FROM read_parquet('${into}/query/*/*.parquet', hive_partitioning = true) ORDER BY 1`,
    );
  exportUnified(file, options);
  expect(await ask()).toEqual([
    ['7', 'BIGINT'],
    ['7', 'BIGINT'],
  ]);
  await unifyDays(dir, [3], file);
  expect(exportUnified(file, options).written).toHaveLength(3);
  expect(await ask()).toEqual(['7', '7', 'new'].map((mark) => [mark, 'VARCHAR']));
});

it('removes what a killed export left of a file, and nothing that another still writes', async () => {
  const into = makeFolder();
  const file = await unifyDays(makeFolder(), [1]);
  const half = (name: string) => `.${name}.0123456789abcdef.creating`;
  for (const name of ['sessions.csv.4194305', `sessions.csv.${process.ppid}`, 'outputs.csv.4194305'])
    writeFileSync(join(into, half(name)), '');
  exportUnified(file, { lineage, format: 'csv', into, tables: ['sessions'] });
  expect(Object.keys(fingerprint(into))).toEqual([
    half('outputs.csv.4194305'),
    half(`sessions.csv.${process.ppid}`),
    '_varve_export.json',
    'sessions.csv',
  ]);
});

it('writes over no file that no export has written, and goes on where a killed one stopped', async () => {
  const into = makeFolder();
  const file = await unifyDays(makeFolder(), [1]);
  const options = { lineage, format: 'csv', into, tables: ['sessions', 'outputs'] } as const;
  writeFileSync(join(into, 'sessions.csv'), 'mine');
  expect(() => exportUnified(file, options)).toThrow(
    expect.objectContaining({ code: 'ARCHIVE_EXISTS', path: join(into, 'sessions.csv') }),
  );
  expect(Object.keys(fingerprint(into))).toEqual(['sessions.csv']);
  rmSync(join(into, 'sessions.csv'));
  // Where its second file is to be, a folder stops it.
  mkdirSync(join(into, 'outputs.csv'));
  expect(() => exportUnified(file, options)).toThrow(expect.objectContaining({ code: 'ARCHIVE_EXISTS' }));
  rmSync(join(into, 'outputs.csv'), { recursive: true });
  expect(exportUnified(file, options).written).toEqual(['outputs.csv', 'sessions.csv']);
  const list = JSON.parse(readFileSync(join(into, '_varve_export.json'), 'utf8'));
  list['sessions.csv'] = { made: '', seen: [], columns: '' };
  writeFileSync(join(into, '_varve_export.json'), JSON.stringify(list));
  expect(exportUnified(file, options)).toMatchObject({
    written: ['sessions.csv'],
    unchanged: ['outputs.csv'],
  });
});

it.each([
  ['half of it', '{"sessions.csv": {"made"'],
  ['no object', '[1, 2]'],
  ['entries that are none', '{"sessions.csv": 7}'],
])('says that its list is damaged, and changes nothing: %s', async (_, text) => {
  const into = makeFolder();
  const file = await unifyDays(makeFolder(), [1]);
  const path = join(into, '_varve_export.json');
  writeFileSync(path, text);
  expect(() => exportUnified(file, { lineage, format: 'csv', into, tables: ['sessions'] })).toThrow(
    expect.objectContaining({ code: 'FILE_UNREADABLE', path }),
  );
  expect([Object.keys(fingerprint(into)), readFileSync(path, 'utf8')]).toEqual([
    ['_varve_export.json'],
    text,
  ]);
});

it('neither writes nor removes anything behind a link, whatever a list in the folder says', async () => {
  const [into, outside] = [makeFolder(), makeFolder()];
  const file = await unifyDays(makeFolder(), [1]);
  const [nested, tables] = ['agent=x/rows.csv', ['sessions', 'outputs']];
  mkdirSync(join(outside, 'agent=x'));
  for (const name of ['private.csv', nested]) writeFileSync(join(outside, name), 'private');
  symlinkSync(outside, join(into, 'sessions'));
  const entry = { made: 'x', seen: [], columns: 'x' };
  const planted = [
    'sessions/private.csv',
    `sessions/${nested}`,
    '../private.csv',
    join(outside, 'private.csv'),
  ];
  const list = Object.fromEntries(planted.map((name) => [name, entry]));
  writeFileSync(join(into, '_varve_export.json'), JSON.stringify(list));
  const before = fingerprint(outside);
  for (const options of [{}, { partitionBy: 'agent' }] as const) {
    expect(() => exportUnified(file, { lineage, format: 'csv', into, tables, ...options })).toThrow(
      expect.objectContaining({ code: 'FILE_UNREADABLE', details: { link: join(into, 'sessions') } }),
    );
    expect(fingerprint(outside)).toEqual(before);
  }
});

it('names the partition of an agent whose name is longer than a folder’s can be', async () => {
  const [into, dir] = [makeFolder(), makeFolder()];
  const long = 'ü'.repeat(300);
  for (const agentName of [long, `${long}x`, '../../up', 'a/b', ' '])
    createSession(makeFolder(), { lineage, session: { agentName } }).seal(dir);
  const options = { lineage, format: 'csv', into, tables: ['sessions'], partitionBy: 'agent' } as const;
  const { written } = exportUnified(await unifyDays(dir, []), options);
  const folders = written.map((path) => path.split('/').at(-2) ?? '');
  expect(folders).toEqual([
    'agent=%20',
    expect.stringMatching(/^agent=(%C3%BC){30}~[0-9a-f]{16}$/),
    expect.stringMatching(/^agent=(%C3%BC){30}~[0-9a-f]{16}$/),
    'agent=..%2F..%2Fup',
    'agent=a%2Fb',
  ]);
  expect(new Set(folders).size).toBe(5);
  for (const path of written) expect(readFileSync(join(into, path), 'utf8').split('\n')).toHaveLength(3);
});

it('partitions by agent', async () => {
  const into = makeFolder();
  const file = await unifyDays(makeFolder(), [1, 2, 3]);
  const query = 'SELECT _archive, tool_name FROM tool_calls';
  exportUnified(file, { lineage, format: 'jsonl', into, query });
  const report = exportUnified(file, { lineage, format: 'csv', into, query, partitionBy: 'agent' });
  expect(report.removed).toEqual([]);
  expect(report.written).toEqual(['query/agent=agent%200/rows.csv', 'query/agent=agent%201/rows.csv']);
  expect(readFileSync(join(into, 'query/agent=agent%201/rows.csv'), 'utf8').split('\n')).toHaveLength(6);
});

it('refuses what is no view, no table, no query, or cannot be divided', async () => {
  const [dir, into] = [makeFolder(), makeFolder()];
  const file = await unifyDays(dir, [1]);
  const attempt = (options: object, from = file) => {
    return () => exportUnified(from, { lineage, format: 'csv', into, ...options });
  };
  const withCode = (code: string) => expect.objectContaining({ code });
  expect(attempt({}, join(dir, Object.keys(fingerprint(dir))[0] ?? ''))).toThrow(withCode('UNIFIED_FOREIGN'));
  expect(attempt({ tables: ['nothing'] })).toThrow(withCode('TABLE_UNKNOWN'));
  expect(attempt({ query: 'DELETE FROM sessions RETURNING id' })).toThrow(withCode('SQL_REFUSED'));
  expect(attempt({ query: 'SELECT 1 AS n', partitionBy: 'day' })).toThrow(withCode('USAGE'));
  expect(attempt({ query: 'SELECT nothing' })).toThrow(withCode('SQL_FAILED'));
  const failing = "SELECT json(CASE seq WHEN 2 THEN 'no JSON' END) AS it FROM tool_calls";
  expect(attempt({ query: failing })).toThrow(withCode('SQL_FAILED'));
  expect(attempt({ query: failing, format: 'parquet' })).toThrow(withCode('SQL_FAILED'));
  expect(Object.keys(fingerprint(into))).toEqual([]);
  expect(attempt({ into: file })).toThrow(withCode('USAGE'));
  mkdirSync(join(into, 'tool_calls.csv'));
  expect(attempt({ tables: ['tool_calls'] })).toThrow(withCode('ARCHIVE_EXISTS'));
});
