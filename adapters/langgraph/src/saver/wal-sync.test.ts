import { durableFs } from '@varve/core/internal';
import { expect, it, onTestFinished } from 'vitest';
import { checkpointOf, makeSaver, metadata, threadConfig } from '../testing/thread-helpers.ts';

/** Takes the place of forcing a file to the disk, until the test has ended. */
function replaceSync(sync: (path: string) => Promise<void>): void {
  const { syncAside } = durableFs;
  durableFs.syncAside = sync;
  onTestFinished(() => {
    durableFs.syncAside = syncAside;
  });
}

it('says that a step is stored only when it is on the disk, once for all that wait', async () => {
  const { saver } = makeSaver();
  const config = await saver.put(threadConfig('t'), checkpointOf({}), metadata, {});
  const syncs: (() => void)[] = [];
  replaceSync(() => new Promise((resolve) => syncs.push(resolve)));
  const done: number[] = [];
  const write = (at: number) =>
    saver.putWrites(config, [['a', at]], `task-${at}`).then(() => void done.push(at));
  const first = write(1);
  await expect.poll(() => syncs.length).toBe(1);
  const others = [write(2), write(3)];
  await expect.poll(async () => (await saver.getTuple(config))?.pendingWrites?.length).toBe(3);
  expect([done, syncs.length]).toEqual([[], 1]);
  syncs[0]?.();
  await first;
  expect(done).toEqual([1]);
  await expect.poll(() => syncs.length).toBe(2);
  syncs[1]?.();
  await Promise.all(others);
  expect([done.sort(), syncs.length]).toEqual([[1, 2, 3], 2]);
});

it('throws what the disk says', async () => {
  const { saver } = makeSaver();
  replaceSync(async () => {
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', syscall: 'fsync' });
  });
  const put = saver.put(threadConfig('t'), checkpointOf({}), metadata, {});
  await expect(put).rejects.toMatchObject({ code: 'DISK_FULL' });
});
