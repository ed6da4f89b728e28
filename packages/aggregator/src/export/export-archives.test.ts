import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { createSession } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import { decisions } from '@varve/schema';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { useBucket } from '../../../core/src/testing/use-bucket.ts';
import { fingerprint, makeFolder } from '../testing/archives.ts';
import { exportArchives } from './export-archives.ts';
import type { ExportedArchive } from './export-archives-options.ts';

async function askDuckDb(sql: string): Promise<unknown[][]> {
  const connection = await (await DuckDBInstance.create()).connect();
  return (await connection.runAndReadAll(sql)).getRowsJson() as unknown[][];
}

async function record(dir: string, days: readonly number[]): Promise<string[]> {
  const paths: string[] = [];
  for (const day of days) {
    const startedAtMs = Date.UTC(2026, 0, day, 12);
    const session = createSession(makeFolder(), {
      lineage,
      session: { agentName: `agent ${day}`, startedAtMs },
    });
    await session.callTool({ toolName: 'grep', arguments: { big: '12345678901234567890' } }, () => null);
    await session.callTool({ toolName: 'größe' }, () => ({ hits: [1.5, 'ü'] }));
    paths.push(session.seal(dir));
  }
  return paths;
}

it('writes the rows of archives to Parquet by day, without a view, and the same bytes again', async () => {
  const [dir, into, again] = [makeFolder(), makeFolder(), makeFolder()];
  await record(dir, [1, 1, 2]);
  const report = await exportArchives(dir, { lineage, into, partitionBy: 'day' });
  expect(report).toMatchObject({ archives: 3, failed: [], unchanged: [], removed: [], isStopped: false });
  expect(report.written).toContain('tool_calls/day=2026-01-02/1-of-1-000000.parquet');
  const calls = join(into, 'tool_calls/**/*.parquet');
  expect(
    await askDuckDb(
      `SELECT day, tool_name, count(*) FROM read_parquet('${calls}') GROUP BY ALL ORDER BY ALL`,
    ),
  ).toEqual([
    ['2026-01-01', 'grep', '2'],
    ['2026-01-01', 'größe', '2'],
    ['2026-01-02', 'grep', '1'],
    ['2026-01-02', 'größe', '1'],
  ]);
  const join2 = `SELECT count(*) FROM read_parquet('${calls}') c JOIN read_parquet('${into}/_archives/*.parquet') a ON a.id = c._archive`;
  expect(await askDuckDb(join2)).toEqual([['6']]);
  await exportArchives(dir, { lineage, into: again, partitionBy: 'day' });
  for (const key of report.written) {
    expect(readFileSync(join(again, key)).equals(readFileSync(join(into, key))), key).toBe(true);
  }
});

it('leaves what is there already, writes what is new, and removes what no archive is in any more', async () => {
  const [dir, into] = [makeFolder(), makeFolder()];
  const [first = ''] = await record(dir, [1, 2]);
  const options = { lineage, into, partitionBy: 'day', tables: ['tool_calls'] } as const;
  await exportArchives(dir, options);
  const before = fingerprint(into);
  const states: ExportedArchive['state'][] = [];
  expect(await exportArchives(dir, { ...options, onFile: ({ state }) => states.push(state) })).toMatchObject({
    written: [],
  });
  expect(states).toEqual(['current', 'current']);
  const { ...files } = fingerprint(into);
  delete files['_varve_export/1-of-1.json'];
  delete before['_varve_export/1-of-1.json'];
  expect(files).toEqual(before);
  rmSync(first, { force: true });
  const report = await exportArchives(dir, options);
  expect(report).toMatchObject({ archives: 1, rows: expect.any(Number) });
  expect(report.removed).toEqual(['tool_calls/day=2026-01-01/1-of-1-000000.parquet']);
});

it('divides the work by shards, file by file, into a bucket', async () => {
  const bucket = await useBucket();
  onTestFinished(() => bucket[Symbol.asyncDispose]());
  const [dir, local] = [makeFolder(), makeFolder()];
  await record(dir, [1, 2, 3, 4, 5, 6]);
  writeFileSync(join(dir, 'broken.db'), 'text');
  const reports = [];
  for (const index of [1, 2, 3]) {
    const shard = { index, count: 3 };
    reports.push(await exportArchives(dir, { lineage, into: 's3://bucket/parquet', shard, batchBytes: 1 }));
    await exportArchives(dir, { lineage, into: local, shard, batchBytes: 1 });
  }
  expect(reports.reduce((sum, { archives }) => sum + archives, 0)).toBe(6);
  expect(reports.flatMap(({ failed }) => failed.map(({ code }) => code))).toEqual(['FILE_NOT_A_DATABASE']);
  for (const key of reports.flatMap(({ written }) => written)) {
    expect(
      bucket.objects.get(`bucket/parquet/${key}`)?.bytes.equals(readFileSync(join(local, key))),
      key,
    ).toBe(true);
  }
  expect(await askDuckDb(`SELECT count(*) FROM read_parquet('${local}/tool_calls/*.parquet')`)).toEqual([
    ['12'],
  ]);
});

it('says which table there is not', async () => {
  await expect(
    exportArchives('.', { lineage, into: makeFolder(), tables: ['nothing'] }),
  ).rejects.toMatchObject({
    code: 'TABLE_UNKNOWN',
  });
});

it('writes over no file that no export has written, and goes on where a killed one stopped', async () => {
  const [dir, into] = [makeFolder(), makeFolder()];
  await record(dir, [1]);
  const options = { lineage, into, tables: ['tool_calls', 'sessions'] };
  const mine = join(into, 'sessions/1-of-1-000000.parquet');
  mkdirSync(join(into, 'sessions'));
  writeFileSync(mine, 'mine');
  await expect(exportArchives(dir, options)).rejects.toMatchObject({ code: 'ARCHIVE_EXISTS', path: mine });
  expect(readFileSync(mine, 'utf8')).toBe('mine');
  rmSync(mine);
  // What the first run has written by then is known as an export's.
  const { written } = await exportArchives(dir, options);
  expect(written).toEqual(expect.arrayContaining(['tool_calls/1-of-1-000000.parquet']));
  expect(await exportArchives(dir, options)).toMatchObject({ written: [], unchanged: written });
});

it.each(['{"batches": [', '{"batches": 7}', '{"batches": [null]}', '[]'])(
  'says that its list is damaged: %s',
  async (text) => {
    const [dir, into] = [makeFolder(), makeFolder()];
    await record(dir, [1]);
    mkdirSync(join(into, '_varve_export'));
    writeFileSync(join(into, '_varve_export/1-of-1.json'), text);
    const path = join(into, '_varve_export/1-of-1.json');
    await expect(exportArchives(dir, { lineage, into })).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      path,
    });
  },
);

it('neither writes nor removes anything behind a link, whatever a list in the folder says', async () => {
  const [dir, into, outside] = [makeFolder(), makeFolder(), makeFolder()];
  await record(dir, [1]);
  for (const name of ['private.parquet', '1-of-1-000007.parquet'])
    writeFileSync(join(outside, name), 'private');
  symlinkSync(outside, join(into, 'linked'));
  const file = { rows: 1, sizeBytes: 1, sha256: '' };
  const planted = ['private.parquet', '1-of-1-000007.parquet'].flatMap((name) => [
    `linked/${name}`,
    `../${basename(outside)}/${name}`,
    join(outside, name),
  ]);
  const files = Object.fromEntries(planted.map((key) => [key, file]));
  const batch = { digest: 'x', files };
  mkdirSync(join(into, '_varve_export'));
  writeFileSync(join(into, '_varve_export/1-of-1.json'), JSON.stringify({ batches: [batch, batch] }));
  const before = fingerprint(outside);
  await expect(exportArchives(dir, { lineage, into })).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  expect(fingerprint(outside)).toEqual(before);
});

it('ends a file that is large, and goes on in another', async () => {
  const [dir, into] = [makeFolder(), makeFolder()];
  const session = createSession(makeFolder(), { lineage, session: { agentName: 'large' } });
  session.batch(() => {
    for (let at = 0; at < 40_000; at++)
      session.record(decisions, { summary: `${at} ${randomBytes(200).toString('hex')}` });
  });
  session.seal(dir);
  const { written } = await exportArchives(dir, { lineage, into, tables: ['decisions'], fileBytes: 1000 });
  expect(written.slice(0, 2)).toEqual([
    'decisions/1-of-1-000000.parquet',
    'decisions/1-of-1-000000-1.parquet',
  ]);
  const files = `read_parquet('${into}/decisions/*.parquet')`;
  expect(await askDuckDb(`SELECT count(*), count(DISTINCT seq) FROM ${files}`)).toEqual([['40000', '40000']]);
});

it('writes one file of each table and partition, however often rows are staged for it', async () => {
  const [dir, into, atOnce] = [makeFolder(), makeFolder(), makeFolder()];
  await record(dir, [1, 2, 1, 2, 1]);
  const options = { lineage, partitionBy: 'day', tables: ['tool_calls'] } as const;
  const { written } = await exportArchives(dir, { ...options, into, stageBytes: 1 });
  expect(written.toSorted()).toEqual([
    '_archives/1-of-1-000000.parquet',
    'tool_calls/day=2026-01-01/1-of-1-000000.parquet',
    'tool_calls/day=2026-01-02/1-of-1-000000.parquet',
  ]);
  await exportArchives(dir, { ...options, into: atOnce });
  const rows = (folder: string) =>
    askDuckDb(`SELECT * FROM read_parquet('${folder}/tool_calls/**/*.parquet') ORDER BY ALL`);
  expect(await rows(into)).toHaveLength(10);
  expect(await rows(into)).toEqual(await rows(atOnce));
});

it('goes on in another file where a column comes to hold what it did not', async () => {
  const [dir, into] = [makeFolder(), makeFolder()];
  const paths = (await record(dir, [1, 1, 1])).sort();
  chmodSync(paths[1] as string, 0o600);
  const sqlite = new Database(paths[1] as string);
  sqlite.exec("UPDATE tool_calls SET started_at_ms = 'never'");
  sqlite.close();
  const options = { lineage, into, tables: ['tool_calls'], stageBytes: 1 };
  const { written, rows } = await exportArchives(dir, options);
  expect(written.slice(0, 2)).toEqual([
    'tool_calls/1-of-1-000000.parquet',
    'tool_calls/1-of-1-000000-1.parquet',
  ]);
  const [first, second] = written.map((key) => `read_parquet('${into}/${key}')`);
  expect(rows).toBeGreaterThan(6);
  expect(await askDuckDb(`SELECT count(*), typeof(any_value(started_at_ms)) FROM ${first}`)).toEqual([
    ['2', 'TIMESTAMP'],
  ]);
  expect(await askDuckDb(`SELECT count(*), sum((started_at_ms = 'never')::int) FROM ${second}`)).toEqual([
    ['4', '2'],
  ]);
});

it('takes a batch that was begun anew for no longer what it was, whatever comes next', async () => {
  const bucket = await useBucket();
  onTestFinished(() => bucket[Symbol.asyncDispose]());
  const [dir, other] = [makeFolder(), makeFolder()];
  await record(dir, [1]);
  await record(other, [2, 3]);
  const options = { lineage, into: 's3://bucket/out', tables: ['tool_calls', 'sessions'] };
  await exportArchives(dir, options);
  const calls = () => bucket.objects.get('bucket/out/tool_calls/1-of-1-000000.parquet')?.etag;
  const before = calls();
  bucket.fault = (request) =>
    request.startsWith('PUT bucket/out/sessions') ? { status: 403, code: 'AccessDenied' } : undefined;
  await expect(exportArchives(other, options)).rejects.toMatchObject({ code: 'STORE_DENIED' });
  expect(calls()).not.toBe(before);
  bucket.fault = undefined;
  expect((await exportArchives(dir, options)).written).toHaveLength(3);
  expect(calls()).toBe(before);
});

it('refuses another number of shards beside what is there, where every archive would be twice', async () => {
  const bucket = await useBucket();
  onTestFinished(() => bucket[Symbol.asyncDispose]());
  const [dir, local] = [makeFolder(), makeFolder()];
  await record(dir, [1, 2]);
  for (const into of [local, 's3://bucket/parquet']) {
    const options = { lineage, into, tables: ['sessions'] };
    for (const index of [2, 1]) await exportArchives(dir, { ...options, shard: { index, count: 2 } });
    const refused = { code: 'USAGE', path: into, hint: expect.stringContaining('shards of 2') };
    await expect(exportArchives(dir, options)).rejects.toMatchObject(refused);
    await expect(exportArchives(dir, { ...options, shard: { index: 3, count: 3 } })).rejects.toMatchObject(
      refused,
    );
    expect(await exportArchives(dir, { ...options, shard: { index: 1, count: 2 } })).toMatchObject({
      written: [],
    });
  }
});
