import { pbkdf2 } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { makeTempDir } from '../testing/temp-dir.ts';
import { durableFs } from './durable-fs.ts';

const descriptors = '/proc/self/fd';
const hasDescriptors = existsSync(descriptors);

/** The files below a folder that have no name any more, and that this process has open. */
function openWithoutName(dir: string): string[] {
  return readdirSync(descriptors).flatMap((name) => {
    try {
      const path = readlinkSync(join(descriptors, name));
      return path.startsWith(dir) && path.endsWith(' (deleted)') ? [path] : [];
    } catch {
      return [];
    }
  });
}

/** What Node.js does beside this program waits for that. */
function keepThreadsBusy(): Promise<unknown> {
  const threads = Number(process.env.UV_THREADPOOL_SIZE ?? 4);
  const derive = promisify(pbkdf2);
  return Promise.all(Array.from({ length: threads }, () => derive('', '', 200_000, 64, 'sha512')));
}

it.runIf(hasDescriptors)(
  'does not wait for the room of a file that it replaces, and gives it back',
  async () => {
    const dir = makeTempDir();
    const [path, replacement] = [join(dir, 'a.db'), join(dir, 'b.db')];
    writeFileSync(path, 'old');
    writeFileSync(replacement, 'new');
    const busy = keepThreadsBusy();
    const freed = durableFs.replace(replacement, path);
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(openWithoutName(dir)).toEqual([`${path} (deleted)`]);
    await freed;
    await busy;
    expect(openWithoutName(dir)).toEqual([]);
  },
);

it('takes a name that is free, and says at once when it cannot', async () => {
  const dir = makeTempDir();
  const [path, replacement] = [join(dir, 'a.db'), join(dir, 'b.db')];
  expect(() => durableFs.replace(replacement, path)).toThrow('ENOENT');
  writeFileSync(replacement, 'new');
  await durableFs.replace(replacement, path);
  expect(readFileSync(path, 'utf8')).toBe('new');
});
