import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { durableFs } from '../file/durable-fs.ts';
import { inspectAtRest } from '../source/file-state.ts';
import { writeFileAt } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';
import { syncEarly } from './sync-early.ts';

const large = 32 * 1024 * 1024;

function prepare(sizeBytes: number, fault?: Error) {
  const state = inspectAtRest(writeFileAt(makeTempDir(), 1));
  const copy = join(makeTempDir(), 'copy.db');
  writeFileSync(copy, 'a copy');
  const done: string[] = [];
  const { syncAside } = durableFs;
  onTestFinished(() => void Object.assign(durableFs, { syncAside }));
  durableFs.syncAside = async (path) => {
    done.push('sync begins');
    await syncAside(path);
    done.push('sync ends');
    if (fault) throw fault;
  };
  return { copy, done, options: { state: { ...state, header: { ...state.header, sizeBytes } } } };
}

it('has the disk take a large copy while work is done on it, and waits for both', async () => {
  const { copy, done, options } = prepare(large);
  expect(await syncEarly(copy, options, () => done.push('work'))).toBe(2);
  expect(done).toEqual(['sync begins', 'work', 'sync ends']);
});

it.each([
  ['is small', large - 1, false],
  ['is thrown away', large, true],
])('leaves the disk alone where the copy %s', async (_title, sizeBytes, isRehearsal) => {
  const { copy, done, options } = prepare(sizeBytes);
  await syncEarly(copy, { ...options, isRehearsal }, () => done.push('work'));
  expect(done).toEqual(['work']);
});

it('fails by a fault of the disk, though the work was done', async () => {
  const fault = new Error('EIO');
  const { copy, done, options } = prepare(large, fault);
  await expect(syncEarly(copy, options, () => done.push('work'))).rejects.toBe(fault);
  expect(done).toContain('work');
});

it('fails by what stops the work, once the disk is done', async () => {
  const { copy, done, options } = prepare(large, new Error('EIO'));
  const stopped = new Error('stopped');
  const work = () => {
    throw stopped;
  };
  await expect(syncEarly(copy, options, work)).rejects.toBe(stopped);
  expect(done).toEqual(['sync begins', 'sync ends']);
});
