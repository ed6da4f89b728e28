import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atDeath } from '@varve/core/internal';

/** Makes a folder that is gone, with all it holds, when it is disposed of, or when anything ends the process. */
export function makeTempDir(parent = tmpdir()): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(parent, '.varve-'));
  const callOff = atDeath('rm -rf -- "$1"', path);
  return {
    path,
    [Symbol.dispose]() {
      rmSync(path, { recursive: true, force: true });
      callOff();
    },
  };
}
