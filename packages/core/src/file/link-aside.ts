import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeBriefDir } from './private-dir.ts';
import { privateRootBeside } from './private-root.ts';
import { removeIfThere } from './remove-if-there.ts';

/**
 * Gives a file a second name in a private folder of its file system for as long as `work` takes, to open it as a reader:
 * what SQLite wants beside that name lies there, and the name is gone afterwards, which who has it open does not need.
 * Undefined where the system allows no such link: no private folder lies on its file system, or the file is another
 * user's.
 */
export function linkAside<T>(path: string, work: (link: string) => T): T | undefined {
  const root = process.platform === 'win32' ? undefined : privateRootBeside(path);
  const link = root === undefined ? undefined : linkInto(root, path);
  if (link === undefined) return undefined;
  try {
    return work(link);
  } finally {
    removeIfThere(link);
    removeWhenIdle();
  }
}

/** A folder for one name at a time, kept for the next: making it takes longer than all else. */
const dirs = new Map<string, string>();
const idleMs = 200;
let idle: NodeJS.Timeout | undefined;

function linkInto(root: string, path: string): string | undefined {
  const known = dirs.get(root);
  // Somebody may have cleaned up the temporary folder since.
  return tryLink(path, known) ?? tryLink(path, makeDir(root));
}

function tryLink(path: string, dir: string | undefined): string | undefined {
  if (dir === undefined) return undefined;
  const link = join(dir, 'link.db');
  try {
    linkSync(path, link);
    return link;
  } catch {
    return undefined;
  }
}

function makeDir(root: string): string | undefined {
  removeAll();
  const dir = makeBriefDir(root);
  if (dir === undefined) return undefined;
  if (dirs.size === 0) process.once('exit', removeAll);
  dirs.set(root, dir);
  layBeside(join(dir, 'link.db'));
  return dir;
}

/**
 * What a reader of a file in WAL mode needs: a WAL, without frames, and shared memory that it cannot write. Then SQLite
 * keeps the index of the WAL in its own memory and makes no file for it, which is most of what opening takes.
 * Source: https://www.sqlite.org/wal.html#readonly
 */
function layBeside(link: string): void {
  writeFileSync(`${link}-wal`, '', { mode: 0o600 });
  // Root may write what is read-only, but no folder; and of an empty file SQLite changes the mode.
  if (process.geteuid?.() === 0) mkdirSync(`${link}-shm`, { mode: 0o500 });
  else writeFileSync(`${link}-shm`, '-', { mode: 0o400 });
}

function removeWhenIdle(): void {
  if (idle) idle.refresh();
  else idle = setTimeout(removeAll, idleMs).unref();
}

function removeAll(): void {
  for (const dir of dirs.values()) rmSync(dir, { recursive: true, force: true });
  dirs.clear();
  process.off('exit', removeAll);
  clearTimeout(idle);
  idle = undefined;
}
