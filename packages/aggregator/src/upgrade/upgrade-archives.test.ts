import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineLineage } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it, vi } from 'vitest';
import { census } from '../census/census.ts';
import { fingerprint, makeFolder, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { upgradeAndList } from '../testing/upgrade-and-list.ts';
import { openUnified } from '../unified/open-unified.ts';
import { WorkersAhead } from '../work/index.ts';
import { upgradeArchives } from './upgrade-archives.ts';
import type { UpgradeProgress } from './upgrade-log.ts';

function writeArchives(dir: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => writeArchive(join(dir, `${at}.db`), (at % head) + 1));
}

it('brings archives of every version to head in worker processes, and says how each fared', async () => {
  const dir = makeFolder();
  const paths = writeArchives(dir, 2 * head);
  const progress: UpgradeProgress[] = [];
  const report = await upgradeAndList(dir, { lineage, jobs: 2, onProgress: (it) => progress.push(it) });
  expect(report).toMatchObject({ upgraded: 2 * head - 2, current: 2, failed: [] });
  const files = report.files.map(({ path, state, from, to }) => ({ path, state, from, to }));
  expect(files).toEqual(
    paths
      .map((path, at) => {
        const from = (at % head) + 1;
        return { path, state: from === head ? 'current' : 'upgraded', from, to: head };
      })
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
  );
  expect(census(dir, { lineage }).states).toEqual({ current: 2 * head });
  expect(progress.map(({ done }) => done)).toEqual(paths.map((_, at) => at + 1));
  expect(progress.at(-1)?.bytesDone).toBe(progress[0]?.bytesTotal);
  const calls = new Database(paths[0] as string, { readonly: true });
  expect(calls.prepare('SELECT tool_name, ordinal FROM tool_calls').raw().all()).toEqual([
    ['grep', 10],
    ['read', 20],
    ['write', 30],
  ]);
  calls.close();
});

it('starts workers for files while others are still looked for', async () => {
  const dir = makeFolder();
  writeArchives(dir, 3);
  const expected = vi.spyOn(WorkersAhead.prototype, 'expect');
  await upgradeArchives(dir, { lineage, jobs: 2 });
  expect(expected).toHaveBeenCalledTimes(3);
  expected.mockRestore();
});

/** A function cannot be passed to a worker: the work is done in this process, without the time a worker takes to start. */
const withFunction = defineLineage({ ...lineage, functions: { shout: (text) => `${text}!` } });

it('does nothing to archives at head', async () => {
  const dir = makeFolder();
  writeArchives(dir, head);
  await upgradeArchives(dir, { lineage: withFunction });
  const before = fingerprint(dir);
  expect(await upgradeArchives(dir, { lineage: withFunction })).toMatchObject({
    upgraded: 0,
    current: head,
    failed: [],
  });
  expect(fingerprint(dir)).toEqual(before);
});

it('upgrades the rest when files are bad, and leaves those as they were', async () => {
  const [dir, bad] = [makeFolder(), makeFolder()];
  writeArchives(dir, head);
  const damaged = writeArchive(join(bad, 'damaged.db'), 1);
  writeFileSync(damaged, readFileSync(damaged).fill(0xff, 100, 4096));
  const foreign = new Database(join(bad, 'foreign.db'));
  foreign.exec('CREATE TABLE other (id); PRAGMA application_id = 42');
  foreign.close();
  writeFileSync(join(bad, 'text.db'), 'text');
  const before = fingerprint(bad);
  const report = await upgradeArchives([dir, bad], { lineage: withFunction });
  expect(report.upgraded).toBe(head - 1);
  expect(report.failed.map(({ path, code }) => [path, code])).toEqual([
    [damaged, 'FILE_CORRUPT'],
    [join(bad, 'foreign.db'), 'VERSION_FOREIGN'],
    [join(bad, 'text.db'), 'FILE_NOT_A_DATABASE'],
  ]);
  expect(fingerprint(bad)).toEqual(before);
});

it('finishes the files in hand when it is stopped, and reports the rest', async () => {
  const dir = makeFolder();
  writeArchives(dir, 4 * head);
  const stop = new AbortController();
  const report = await upgradeArchives(dir, {
    lineage,
    jobs: 1,
    signal: stop.signal,
    onProgress: ({ done }) => done === 3 && stop.abort(),
  });
  const done = report.upgraded + report.current;
  expect(done).toBeGreaterThanOrEqual(3);
  expect(report).toMatchObject({ left: 4 * head - done, failed: [] });
  expect(report.left).toBeGreaterThan(head);
  const again = await upgradeArchives(dir, { lineage: withFunction });
  expect(again.upgraded + report.upgraded).toBe(4 * head - 4);
  expect(census(dir, { lineage }).states).toEqual({ current: 4 * head });
});

it('finishes the files in hand when its caller cannot take what it is told, and throws that', async () => {
  const dir = makeFolder();
  writeArchives(dir, 4 * head);
  let told = 0;
  const onFile = () => {
    told++;
    throw new Error('the report is full');
  };
  await expect(upgradeArchives(dir, { lineage, jobs: 1, onFile })).rejects.toThrow('the report is full');
  expect(told).toBe(1);
  const { states, problems } = census(dir, { lineage });
  expect([(states.current ?? 0) + (states.behind ?? 0), problems]).toEqual([4 * head, []]);
  expect(states.behind).toBeGreaterThan(head);
  expect(Object.keys(fingerprint(dir))).toHaveLength(4 * head);
});

it('works in this process when the lineage has functions', async () => {
  const dir = makeFolder();
  const path = writeArchive(join(dir, 'a.db'), head);
  const shouting = defineLineage({
    ...withFunction,
    migrations: [
      ...lineage.migrations,
      { name: '0005_shout', sql: 'UPDATE sessions SET agent = shout(agent)', createdAtMs: 1_800_000_000_000 },
    ],
  });
  expect(await upgradeArchives(dir, { lineage: shouting })).toMatchObject({ upgraded: 1, failed: [] });
  const sqlite = new Database(path, { readonly: true });
  expect(sqlite.prepare('SELECT agent FROM sessions').pluck().all()).toEqual([`agent ${head}!`]);
  sqlite.close();
});

it('names the file on which a worker met a defect, and leaves it as it was', async () => {
  const dir = makeFolder();
  const path = writeArchive(join(dir, 'a.db'), 1);
  const before = fingerprint(dir);
  // Nothing that a file may hold makes a worker throw; a migration that is no text does.
  const next = { name: '0005_broken', sql: undefined as unknown as string, createdAtMs: 1_800_000_000_000 };
  const broken = { ...lineage, migrations: [...lineage.migrations, next] };
  const report = await upgradeAndList(dir, { lineage: broken, jobs: 1 });
  expect(report.failed).toMatchObject([{ path, code: 'INTERNAL' }]);
  expect(report.files).toMatchObject([{ path, state: 'failed', from: undefined }]);
  expect(fingerprint(dir)).toEqual(before);
});

it('takes any name that a file can have', async () => {
  const dir = makeFolder();
  const names = ["it's.db", 'say "hi".db', 'two\nlines.db', '🗿 %20 ?#.db', "'; DROP TABLE x; --"];
  const paths = names.map((name) => writeArchive(join(dir, name), 1));
  expect(await upgradeArchives(dir, { lineage: withFunction })).toMatchObject({ upgraded: 5, failed: [] });
  using unified = await openUnified(join(makeFolder(), "it's a view.db"), { lineage, archives: dir });
  const found = unified.db.select({ path: unified.archives.path }).from(unified.archives).all();
  expect(found.map(({ path }) => path)).toEqual(paths.sort());
});
