import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const dirs = new Set<string>();

/** Makes a folder that only this process knows, gone at the latest when the process exits. */
export function makePrivateDir(): string {
  if (dirs.size === 0) process.once('exit', removeAll);
  const dir = mkdtempSync(join(tmpdir(), 'varve-'));
  dirs.add(dir);
  return dir;
}

export function removePrivateDir(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
  dirs.delete(dir);
  if (dirs.size === 0) process.off('exit', removeAll);
}

/** Removes the folder while its files are open, which go on being readable; not on Windows, which does not allow it. */
export function detachPrivateDir(dir: string): void {
  if (process.platform !== 'win32') removePrivateDir(dir);
}

function removeAll(): void {
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
}
