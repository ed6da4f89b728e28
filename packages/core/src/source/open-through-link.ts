import { linkSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../file/index.ts';
import { fingerprint } from './file-state.ts';
import type { Source } from './source.ts';

/**
 * Opens a file that was left in WAL mode, with nothing beside it, under a second name in a private folder of the same
 * file system: what SQLite lays beside it lies there, and is gone as soon as it is open. A writer that begins meanwhile
 * is not kept waiting, and what is read from then on may be of several moments: as for any file that is written in
 * place, its reader must open it anew. Undefined where the system allows no such link.
 */
export function openThroughLink(path: string): Source | undefined {
  if (process.platform === 'win32' || !isOnOneDisk(path)) return undefined;
  const before = fingerprint(path);
  const dir = mkdtempSync(join(tmpdir(), 'varve-link-'));
  try {
    linkSync(path, join(dir, 'link.db'));
    const sqlite = openDatabase(join(dir, 'link.db'), { readonly: true });
    try {
      // Opens all that it needs, so that no name is needed any more.
      sqlite.pragma('schema_version');
      if (fingerprint(path) !== before) throw new Error('a writer has begun');
      return { sqlite, copy: 'none', detach: () => {}, close: () => sqlite.close() };
    } catch (error) {
      sqlite.close();
      throw error;
    }
  } catch {
    // Whoever copies it says what is wrong with it.
    return undefined;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function isOnOneDisk(path: string): boolean {
  return statSync(path).dev === statSync(tmpdir()).dev;
}
