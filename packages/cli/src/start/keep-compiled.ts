import { lstatSync, mkdirSync } from 'node:fs';
import * as module from 'node:module';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Keeps the compiled code of this process, and of those that it starts, in the user's own cache folder. What lies there
 * is run: nothing is kept, or taken, where somebody else owns the folder or may write to it.
 */
export function keepCompiled(): void {
  const dir = join(cacheHome(), 'varve', 'compiled');
  if (process.env.NODE_COMPILE_CACHE || !isOurs(dir)) return;
  module.enableCompileCache?.(dir);
  process.env.NODE_COMPILE_CACHE = dir;
}

function cacheHome(): string {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = process.env;
  if (xdg && isAbsolute(xdg)) return xdg;
  if (process.platform === 'win32' && local) return local;
  return process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
}

function isOurs(dir: string): boolean {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    return [join(dir, '..'), dir].every(isOwn);
  } catch {
    return false;
  }
}

/** Windows has no owner and mode to look at, and lets no one else into a user's profile. */
function isOwn(dir: string): boolean {
  const found = lstatSync(dir);
  const isGuarded = !process.getuid || (found.uid === process.getuid() && (found.mode & 0o022) === 0);
  return found.isDirectory() && isGuarded;
}
