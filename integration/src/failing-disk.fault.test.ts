import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { scenarios } from './testing/faults/scenarios.ts';
import { runToSuccess } from './testing/run-process.ts';

const isDeep = process.env.VARVE_DEEP === '1';
const faults = join(import.meta.dirname, 'testing', 'faults');
const dir = mkdtempSync(join(tmpdir(), 'failing-disk-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const preload = compile();

/** Undefined where there is no C compiler, or a loader that preloads nothing. */
function compile(): string | undefined {
  const library = join(dir, 'failing-disk.so');
  if (process.platform !== 'linux') return undefined;
  try {
    execFileSync('cc', ['-shared', '-fPIC', '-o', library, join(faults, 'failing-disk.c'), '-ldl']);
    return library;
  } catch {
    return undefined;
  }
}

/** Every so many operations of some scenarios in turn; how many each has, or how it failed. */
async function runFaults(
  code: string,
  mode: string,
  step: number,
  names: readonly string[],
): Promise<object> {
  const program = ['--conditions=@varve/source', join(faults, 'fault-program.ts')];
  const args = [`LD_PRELOAD=${preload}`, process.execPath, ...program, code, mode, String(step), ...names];
  return JSON.parse(await runToSuccess(dir, 'env', ...args));
}

const isLarge = (name: string) => name.includes('large');
const all = Object.keys(scenarios);
const small = all.filter((name) => !isLarge(name));
/** Where a WAL is taken in, SQLite waits for seconds when a lock fails. */
const quick = [
  'seal',
  'upgrade in one pass',
  'upgrade by replay',
  'restore over rows since',
  'refresh a view',
];
const operations = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, { operations: expect.any(Number) }]));

const modes = ['EIO', 'ENOSPC', 'EACCES', 'EROFS'].flatMap((code) => [
  [code, 'once'] as const,
  [code, 'from then on'] as const,
]);

describe.skipIf(!preload)('on a disk that fails', () => {
  it('loses nothing and goes on, whichever operation fails of ours or of SQLite', async () => {
    const found = await runFaults('EIO', 'once', 41, quick);
    expect(found).toEqual(operations(quick));
    expect(found).toMatchObject({ seal: { operations: expect.toSatisfy((n: number) => n > 50) } });
  });

  it.runIf(isDeep).each(modes)(
    'so it does with %s, %s, at every operation',
    async (code, mode) => {
      const found = await runFaults(code, mode, 1, small);
      console.log(code, mode, found);
      expect(found).toEqual(operations(small));
    },
    3_600_000,
  );

  it.runIf(isDeep).each(modes)(
    'so it does with %s, %s, when a file is too large for memory',
    async (code, mode) => {
      const names = all.filter(isLarge);
      const found = await runFaults(code, mode, 20, names);
      console.log(code, mode, found);
      expect(found).toEqual(operations(names));
    },
    3_600_000,
  );
});
