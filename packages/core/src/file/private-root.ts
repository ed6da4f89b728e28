import { mkdirSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { isOwn } from './is-own.ts';

/**
 * A folder for private ones on the file system of a file, as files can be linked within one only: the temporary folder,
 * or the user's own cache folder, which lies where the user's files do more often. Undefined where neither is on it.
 */
export function privateRootBeside(path: string): string | undefined {
  const device = deviceOf(path);
  if (device === deviceOf(tmpdir())) return tmpdir();
  const home = cacheHome();
  return home !== undefined && deviceOf(firstThere(home)) === device ? userCacheDir() : undefined;
}

/** The user's own folder for what may be lost, made where it is missing; undefined where it cannot be, or is not theirs. */
export function userCacheDir(): string | undefined {
  const home = cacheHome();
  return home === undefined ? undefined : makeOwn(join(home, 'varve'));
}

function deviceOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.dev;
}

/** A cache folder that is not there yet is made in the home. */
function firstThere(home: string): string {
  return deviceOf(home) === undefined ? homedir() : home;
}

function cacheHome(): string | undefined {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = process.env;
  if (xdg && isAbsolute(xdg)) return xdg;
  if (process.platform === 'win32') return local;
  const home = homedir();
  if (!isAbsolute(home)) return undefined;
  return process.platform === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache');
}

function makeOwn(dir: string): string | undefined {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    return isOwn(dir) ? dir : undefined;
  } catch {
    return undefined;
  }
}
