import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { userCacheDir } from './private-root.ts';

const secretBytes = 32;
let known: KeyObject | undefined;

/**
 * What only this user knows, and what stays: the names of work files come of it, so that nobody can lay something under
 * them, and the next run finds what a killed one left. Where the user has no cache folder it is this process's own.
 */
export function workSecret(): KeyObject {
  known ??= createSecretKey(keptSecret() ?? randomBytes(secretBytes));
  return known;
}

function keptSecret(): Buffer | undefined {
  const dir = userCacheDir();
  if (dir === undefined) return undefined;
  const path = join(dir, 'work-names');
  return readSecret(path) ?? makeSecret(path);
}

function makeSecret(path: string): Buffer | undefined {
  try {
    writeFileSync(path, randomBytes(secretBytes), { flag: 'wx', mode: 0o600 });
  } catch {
    // Another process may have made it meanwhile.
  }
  return readSecret(path);
}

/** Undefined for one that another user could know. */
function readSecret(path: string): Buffer | undefined {
  try {
    const stat = lstatSync(path);
    const isOurs = !process.getuid || (stat.uid === process.getuid() && (stat.mode & 0o077) === 0);
    return stat.isFile() && isOurs && stat.size === secretBytes ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}
