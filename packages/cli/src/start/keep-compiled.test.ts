import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { makeTempDir } from '../project/make-temp-dir.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

function runWithCache(home: string): string {
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  const args = ['--conditions=@varve/source', '--disable-warning=ExperimentalWarning', main, '--version'];
  return execFileSync(process.execPath, args, { env: { ...env, XDG_CACHE_HOME: home }, encoding: 'utf8' });
}

it('keeps compiled code in a folder that only the user may enter', () => {
  using home = makeTempDir();
  expect(runWithCache(home.path)).toMatch(/^\d/);
  const dir = join(home.path, 'varve', 'compiled');
  expect(readdirSync(dir)).not.toEqual([]);
  expect(statSync(dir).mode & 0o777).toBe(0o700);
});

it('takes no compiled code from a folder that others may write to, nor through a link', () => {
  using home = makeTempDir();
  const dir = join(home.path, 'varve');
  mkdirSync(dir);
  chmodSync(dir, 0o777);
  expect(runWithCache(home.path)).toMatch(/^\d/);
  expect(existsSync(join(dir, 'compiled')) ? readdirSync(join(dir, 'compiled')) : []).toEqual([]);

  using linked = makeTempDir();
  symlinkSync(dir, join(linked.path, 'varve'));
  expect(runWithCache(linked.path)).toMatch(/^\d/);
  expect(readdirSync(join(dir, 'compiled'))).toEqual([]);
});
