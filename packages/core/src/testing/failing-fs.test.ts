import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { durableFs } from '../file/durable-fs.ts';
import { failNthOperation } from './failing-fs.ts';
import { makeTempDir } from './temp-dir.ts';

it('lets nothing fail, and counts nothing, that others had set off', async () => {
  const dir = makeTempDir();
  const others = sleep(1).then(() => durableFs.syncDir(dir));
  const faults = failNthOperation(1, 'EIO', 'from then on');
  await others;
  expect(faults.hasFailed()).toBe(false);
  await expect(sleep(1).then(() => durableFs.syncDir(dir))).rejects.toMatchObject({ code: 'EIO' });
  faults.restore();
  durableFs.syncDir(dir);
});
