import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { FoundFile } from '../find/found-file.ts';
import { newNotes, streamFiles } from '../find/stream-files.ts';
import { makeFolder } from '../testing/archives.ts';
import { type Batch, ReadAhead } from './read-ahead.ts';

/** Twelve files that were last read long ago, in batches of two. */
function makeBatches(): Batch[] {
  const dir = makeFolder();
  for (let at = 0; at < 12; at++) writeFileSync(join(dir, `${at + 10}.db`), 'x'.repeat(5000));
  const files = [...streamFiles(dir, newNotes())];
  for (const { path } of files) utimesSync(path, 1, new Date());
  return Array.from({ length: 6 }, (_, at) => files.slice(at * 2, at * 2 + 2));
}

/** What this process reads from the disk from now on, as the system would count it. */
function stubBlocksRead(count: () => number): void {
  const usage = process.resourceUsage();
  vi.spyOn(process, 'resourceUsage').mockImplementation(() => ({ ...usage, fsRead: count() }));
  onTestFinished(() => void vi.restoreAllMocks());
}

function wasRead({ path }: FoundFile): boolean {
  return statSync(path).atimeMs > 2000;
}

/** Not every file system does. */
function keepsAccessTimes(): boolean {
  const [[file]] = makeBatches() as [[FoundFile]];
  readFileSync(file.path);
  return wasRead(file);
}

it('hands out each batch once, in order', () => {
  const batches = makeBatches();
  const ahead = new ReadAhead(batches);
  expect([...ahead]).toEqual(batches);
  expect([...ahead]).toEqual([]);
});

it('reads nothing ahead while the disk is not read', async ({ skip }) => {
  skip(!keepsAccessTimes(), 'the file system keeps no access times');
  const batches = makeBatches();
  stubBlocksRead(() => 7);
  for (const _ of new ReadAhead(batches)) await setTimeout(5);
  expect(batches.flat().filter(wasRead)).toEqual([]);
});

it('reads what is to come once the disk is read, but no session', async ({ skip }) => {
  skip(!keepsAccessTimes(), 'the file system keeps no access times');
  const batches = makeBatches();
  const [session, gone] = batches[3] as [FoundFile, FoundFile];
  batches[3] = [
    { ...session, sidecars: ['-wal'] },
    { ...gone, path: `${gone.path} that is gone` },
  ];
  let blocks = 0;
  stubBlocksRead(() => ++blocks);
  const ahead = new ReadAhead(batches);
  expect(ahead.next().value).toBe(batches[0]);
  for (const batch of batches) await ahead.release(batch);
  expect(
    batches
      .flat()
      .filter(({ path }) => !path.endsWith('gone'))
      .map(wasRead),
  ).toEqual([...[false, false], ...[true, true, true, true], false, ...[true, true, true, true]]);
});
