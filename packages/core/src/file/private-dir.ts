import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { atDeath } from './at-death.ts';
import { isOwn } from './is-own.ts';
import { isRunning } from './is-running.ts';

const dirs = new Set<string>();
/** What calls off the watch over a folder's private ones. */
const watches = new Map<string, () => void>();
/** A watch is not begun anew for each of many folders that follow one another. */
const watchMs = 1000;
let idle: NodeJS.Timeout | undefined;
const swept = new Set<string>();

/**
 * Makes a folder that only this process knows, gone at the latest when the process is, whatever ends it. What dead
 * processes have left is removed first, once.
 */
export function makePrivateDir(): string {
  if (dirs.size === 0) process.once('exit', removeAll);
  const root = tmpdir();
  clearTimeout(idle);
  if (!watches.has(root)) watches.set(root, atDeath('rm -rf -- "$1"*', prefix(root)));
  const dir = makeDir(root);
  dirs.add(dir);
  return dir;
}

export function removePrivateDir(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
  dirs.delete(dir);
  if (dirs.size > 0) return;
  process.off('exit', removeAll);
  clearTimeout(idle);
  idle = setTimeout(endWatches, watchMs).unref();
}

function endWatches(): void {
  for (const callOff of watches.values()) callOff();
  watches.clear();
}

/**
 * Makes such a folder, in the one given, for who removes it before it returns. Undefined where none can be made.
 */
export function makeBriefDir(root: string): string | undefined {
  try {
    return makeDir(root);
  } catch {
    return undefined;
  }
}

/** Removes the folder while its files are open, which go on being readable; not on Windows, which does not allow it. */
export function detachPrivateDir(dir: string): void {
  if (process.platform !== 'win32') removePrivateDir(dir);
}

function makeDir(root: string): string {
  if (!swept.has(root)) sweep(root);
  swept.add(root);
  return mkdtempSync(prefix(root));
}

/** Of a thread of its own: it may end sooner than the process. */
function prefix(root: string): string {
  return join(root, `varve-${place()}-${process.pid}-${threadId}t`);
}

function removeAll(): void {
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
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
