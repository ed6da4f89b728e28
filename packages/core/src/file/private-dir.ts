import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { atDeath } from './at-death.ts';
import { isRunning } from './is-running.ts';

const dirs = new Map<string, () => void>();
let hasSwept = false;

/**
 * Makes a folder that only this process knows, gone at the latest when the process is, whatever ends it. What dead
 * processes have left is removed first, once.
 */
export function makePrivateDir(): string {
  if (dirs.size === 0) process.once('exit', removeAll);
  if (!hasSwept) sweep(tmpdir());
  hasSwept = true;
  const dir = mkdtempSync(join(tmpdir(), `varve-${place()}-${process.pid}-`));
  dirs.set(dir, atDeath('rm -rf -- "$1"', dir));
  return dir;
}

export function removePrivateDir(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
  dirs.get(dir)?.();
  dirs.delete(dir);
  if (dirs.size === 0) process.off('exit', removeAll);
}

/** Removes the folder while its files are open, which go on being readable; not on Windows, which does not allow it. */
export function detachPrivateDir(dir: string): void {
  if (process.platform !== 'win32') removePrivateDir(dir);
}

function removeAll(): void {
  for (const dir of dirs.keys()) rmSync(dir, { recursive: true, force: true });
}

let knownPlace: string | undefined;

/** Where a process number means this process: a container has its own, and may share the folder with others. */
function place(): string {
  knownPlace ??= createHash('sha256').update(`${hostname()} ${pidNamespace()}`).digest('hex').slice(0, 8);
  return knownPlace;
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** Removes what processes of this user have left that are no more. */
function sweep(parent: string): void {
  try {
    for (const name of readdirSync(parent)) {
      const [, where, pid] = /^varve-([0-9a-f]{8})-(\d+)-\w+$/.exec(name) ?? [];
      const dir = join(parent, name);
      if (where === place() && !isRunning(Number(pid)) && isOwn(dir))
        rmSync(dir, { recursive: true, force: true });
    }
  } catch {
    // Another run may be at it, or the folder not be readable: then it stays.
  }
}

function isOwn(dir: string): boolean {
  const stat = lstatSync(dir, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && (process.getuid === undefined || stat.uid === process.getuid());
}
