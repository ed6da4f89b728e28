import { linkSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeBriefDir } from './private-dir.ts';
import { privateRootBeside } from './private-root.ts';
import { removeIfThere } from './remove-if-there.ts';
import { leftoverSuffixes } from './sidecars.ts';

/**
 * Gives a file a second name in a private folder of its file system for as long as `work` takes: what SQLite lays beside
 * that name when it opens it lies there, and all names are gone afterwards, which who has them open does not need.
 * Undefined where the system allows no such link: no private folder lies on its file system, or the file is another
 * user's.
 */
export function linkAside<T>(path: string, work: (link: string) => T): T | undefined {
  const root = process.platform === 'win32' ? undefined : privateRootBeside(path);
  const dir = root === undefined ? undefined : makeBriefDir(root);
  if (dir === undefined) return undefined;
  const link = join(dir, 'link.db');
  try {
    return isLinked(path, link) ? work(link) : undefined;
  } finally {
    for (const suffix of ['', '-shm', ...leftoverSuffixes]) removeIfThere(link + suffix);
    rmdirSync(dir);
  }
}

function isLinked(path: string, link: string): boolean {
  try {
    linkSync(path, link);
    return true;
  } catch {
    return false;
  }
}
