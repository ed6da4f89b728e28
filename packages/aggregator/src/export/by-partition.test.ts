import { renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { createSession } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import { expect, it } from 'vitest';
import { writeManifest } from '../manifest/index.ts';
import { pushArchives } from '../push/push-archives.ts';
import { fingerprint, makeFolder } from '../testing/archives.ts';
import { exportArchives } from './export-archives.ts';

/** Of three days, by turns; their names tell the days. */
function seal(dir: string, count: number, from = 0): void {
  for (let at = from; at < from + count; at++) {
    const startedAtMs = Date.UTC(2026, 0, 1 + (at % 3), 12) + at;
    const time = startedAtMs.toString(16).padStart(12, '0');
    const id = `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${String(at).padStart(12, '0')}`;
    createSession(makeFolder(), {
      lineage,
      session: { id, agentName: `agent ${at % 2}`, startedAtMs },
    }).seal(dir);
  }
}

const day = (key: string) => /day=([\d-]+)/.exec(key)?.[1];

it('makes few files of a day however archives lie, and leaves them as they are when a day comes', async () => {
  const [sealed, dir, into] = [makeFolder(), makeFolder(), makeFolder()];
  seal(sealed, 24);
  await pushArchives(sealed, { into: dir, layout: 'hash' });
  // Room for twice the sessions of a day: each day has a batch, and so a file of each table.
  const batchBytes = 16 * 60_000;
  const options = { lineage, into, partitionBy: 'day', tables: ['sessions'], batchBytes } as const;
  const first = await exportArchives(dir, options);
  const ofSessions = first.written.filter((key) => key.startsWith('sessions/'));
  expect(ofSessions.map(day)).toEqual(['2026-01-01', '2026-01-02', '2026-01-03']);
  const before = fingerprint(join(into, 'sessions'));
  expect(await exportArchives(dir, options)).toMatchObject({ written: [], removed: [] });
  const again = makeFolder();
  await exportArchives(dir, { ...options, into: again });
  const digests = (folder: string) => Object.values(fingerprint(folder)).map((it) => it.split(' ')[0]);
  expect(digests(join(again, 'sessions'))).toEqual(digests(join(into, 'sessions')));
  const later = makeFolder();
  const startedAtMs = Date.UTC(2026, 0, 9);
  const id = `${startedAtMs
    .toString(16)
    .padStart(12, '0')
    .replace(/^(.{8})/, '$1-')}-7000-8000-000000000000`;
  createSession(makeFolder(), { lineage, session: { id, agentName: 'a', startedAtMs } }).seal(later);
  await pushArchives(later, { into: dir, layout: 'hash' });
  const second = await exportArchives(dir, options);
  expect(second.written.filter((key) => key.startsWith('sessions/')).map(day)).toEqual(['2026-01-09']);
  expect(fingerprint(join(into, 'sessions'))).toMatchObject(before);
  const duckdb = await (await DuckDBInstance.create()).connect();
  const sql = `SELECT count(*), count(DISTINCT id) FROM read_parquet('${into}/sessions/**/*.parquet')`;
  expect((await duckdb.runAndReadAll(sql)).getRowsJson()).toEqual([['25', '25']]);
});

it('goes by what a manifest tells where names do not', async () => {
  const [dir, into, work] = [makeFolder(), makeFolder(), makeFolder()];
  seal(dir, 12);
  const paths = Object.keys(fingerprint(dir)).sort().reverse();
  for (const [at, name] of paths.entries()) renameSync(join(dir, name), join(dir, `${(at * 7) % 12}.db`));
  const list = join(work, 'list.db');
  await writeManifest(dir, { lineage, into: list });
  for (const [partitionBy, count] of [
    ['day', 3],
    ['month', 1],
    ['agent', 2],
  ] as const) {
    const options = {
      lineage,
      partitionBy,
      tables: ['sessions'],
      batchBytes: (12 / count) * 2 * 60_000,
    } as const;
    const { written } = await exportArchives(list, { ...options, into: join(into, partitionBy) });
    const ofSessions = written.filter((key) => key.startsWith('sessions/'));
    expect(new Set(ofSessions.map((key) => basename(dirname(key)))).size).toBe(count);
    expect(ofSessions).toHaveLength(count);
  }
});
