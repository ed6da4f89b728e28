import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes a folder that is gone, with all it holds, when it is disposed of, or when Ctrl-C ends the process. */
export function makeTempDir(parent = tmpdir()): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(parent, '.varve-'));
  const remove = () => rmSync(path, { recursive: true, force: true });
  const removeAndEnd = () => {
    remove();
    process.kill(process.pid, 'SIGINT');
  };
  process.once('SIGINT', removeAndEnd);
  return {
    path,
    [Symbol.dispose]() {
      process.off('SIGINT', removeAndEnd);
      remove();
    },
  };
}
