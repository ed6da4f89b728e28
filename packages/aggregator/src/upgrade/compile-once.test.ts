import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { readHeader } from '@varve/core';
import { expect, it } from 'vitest';
import type { RecognisedFile } from '../find/index.ts';
import { makeFolder, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { CompileOnce } from './compile-once.ts';

/** A lineage that tells how often its migrations were asked for: what is compiled is not read again. */
function watchedLineage() {
  let reads = 0;
  const watched = new Proxy(lineage, {
    get(it, key) {
      if (key === 'migrations') reads++;
      return Reflect.get(it, key);
    },
  });
  return { watched, reads: () => reads };
}

function find(version: number): RecognisedFile {
  const path = writeArchive(join(makeFolder(), 'a.db'), version);
  const header = readHeader(path);
  const { sizeBytes } = header;
  return { path, relativePath: 'a.db', sizeBytes, mtimeMs: 0, sidecars: [], isNamed: false, header };
}

/** How often what is asked for had to be compiled. */
function askFor(compiling: CompileOnce, reads: () => number, from: number): boolean {
  const before = reads();
  expect(compiling.answer({ from })?.patches?.size).toBe(1);
  return reads() > before;
}

/** In each of which a version may be compiled. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await setImmediate();
}

it('has compiled what headers tell of versions before a worker asks for it', async () => {
  const { watched, reads } = watchedLineage();
  using compiling = new CompileOnce({ lineage: watched });
  for (const version of [1, 2, head]) compiling.expect(find(version));
  expect(compiling.readSchemas()).toHaveLength(head + 1);
  await turns();
  expect([1, 2].map((from) => askFor(compiling, reads, from))).toEqual([false, false]);
  expect(askFor(compiling, reads, 3)).toBe(true);
});

it('compiles nothing ahead where no worker has a task, or when all is done', async () => {
  const { watched, reads } = watchedLineage();
  const compiling = new CompileOnce({ lineage: watched });
  for (const version of [1, 2]) compiling.expect(find(version));
  await turns();
  expect(askFor(compiling, reads, 1)).toBe(true);
  compiling.readSchemas();
  compiling[Symbol.dispose]();
  await turns();
  expect(askFor(compiling, reads, 2)).toBe(true);
});
