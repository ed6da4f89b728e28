import { lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { VarveError } from '@varve/schema';
import type { LogFile } from './log-file.ts';

export interface FoundLogs {
  /** Sorted by path, each once. */
  readonly files: readonly LogFile[];
  readonly problems: readonly VarveError[];
}

/**
 * All regular files that paths name and that folders hold, at any depth, whatever they are, but what SQLite keeps beside
 * others. Symbolic links are followed when named, not when met on the way.
 *
 * @param skipDir A folder that is not entered.
 */
export function walkLogs(paths: readonly string[], skipDir?: string): FoundLogs {
  const files = new Map<string, LogFile>();
  const problems: VarveError[] = [];
  const attempt = (path: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      problems.push(unreadable(path, error));
    }
  };
  const add = (path: string, { size, mtimeMs }: Stats, isNamed: boolean): void => {
    files.set(path, {
      path,
      sizeBytes: size,
      mtimeMs,
      isNamed: isNamed || (files.get(path)?.isNamed ?? false),
    });
  };
  const enter = (folder: string): void => {
    if (folder === skipDir) return;
    const entries = readdirSync(folder, { withFileTypes: true });
    const names = new Set(entries.map(({ name }) => name));
    for (const entry of entries) {
      if (besideDatabase.test(entry.name) && names.has(entry.name.replace(besideDatabase, ''))) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) attempt(path, () => enter(path));
      else if (entry.isFile()) attempt(path, () => add(path, lstatSync(path), false));
    }
  };
  for (const path of paths.map((it) => resolve(it))) {
    attempt(path, () => {
      const stats = statSync(path);
      if (stats.isDirectory()) enter(path);
      else add(path, stats, true);
    });
  }
  const sorted = [...files.values()].sort((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
  return { files: sorted, problems };
}

/** What SQLite keeps beside a database, which may be there only since somebody read it: https://www.sqlite.org/tempfiles.html */
const besideDatabase = /-(wal|shm|journal)$/;

function unreadable(path: string, cause: unknown): VarveError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
  return new VarveError(
    isMissing ? 'FILE_NOT_FOUND' : 'FILE_UNREADABLE',
    isMissing ? 'nothing is there' : `it cannot be read: ${message}`,
    { path, hint: isMissing ? 'check the path' : 'check its permissions and those of its folders', cause },
  );
}
