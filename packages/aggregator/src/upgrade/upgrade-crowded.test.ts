import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { makeFolder, writeArchive } from '../testing/archives.ts';
import { head } from '../testing/fixture-lineage.ts';

const program = join(import.meta.dirname, '../testing/upgrade-program.ts');
const entryCount = process.env.VARVE_DEEP === '1' ? 100_000 : 2_000;
/** What a process takes that loads the program, and little more. */
const heapMegabytes = 48;

it(`goes through a folder of ${entryCount} entries of all kinds in bounded memory`, {
  timeout: 600_000,
}, async () => {
  const [dir, models] = [makeFolder(), makeFolder()];
  const old = writeArchive(join(models, 'old.db'), 1);
  const current = writeArchive(join(models, 'current.db'), head);
  const entries = [
    (path: string) => copyFileSync(old, path),
    (path: string) => copyFileSync(current, path),
    (path: string) => writeFileSync(`${path}.db`, 'no database'),
    (path: string) => mkdirSync(path),
    (path: string) => symlinkSync(old, path),
  ];
  const each = entryCount / 200;
  for (let at = 0; at < entryCount; at++) {
    const path = join(dir, `entry ${at}`);
    const make = at < each * entries.length ? entries[at % entries.length] : undefined;
    if (make) make(path);
    else writeFileSync(path, '');
  }
  const args = ['--conditions=@varve/source', `--max-old-space-size=${heapMegabytes}`, program, dir];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(JSON.parse(stdout)).toEqual({ upgraded: each, current: each, failed: each, told: 3 * each });
});
