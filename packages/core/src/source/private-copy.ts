import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { VarveError } from '@varve/schema/errors';
import {
  assertRoom,
  assertSound,
  type Database,
  detachPrivateDir,
  durableFs,
  leftoverSuffixes,
  makePrivateDir,
  onFile,
  openDatabase,
  openImage,
  removePrivateDir,
  statOf,
} from '../file/index.ts';
import { type FileState, fingerprint } from './file-state.ts';
import type { Source } from './source.ts';

/** Up to this size a copy is made in memory. */
const memoryLimitBytes = 32 * 1024 * 1024;
const copyAttempts = 5;

/**
 * Copies a file with what was left beside it, consistently, and changes neither.
 *
 * @throws FILE_CHANGED when the file does not stand still; FILE_CORRUPT
 */
export function openPrivateCopy(path: string, state: FileState): Source {
  if (state.kind === 'live') return openFileCopy((copy) => copyLive(path, copy), path);
  if (state.leftovers.length === 0 && state.header.sizeBytes <= memoryLimitBytes) {
    const sqlite = openImage(readWhole(path));
    return { sqlite, copy: 'memory', detach: () => {}, close: () => sqlite.close() };
  }
  return openFileCopy((copy) => copyWithLeftovers(path, copy), path);
}

/** A writer has the file open: SQLite itself reads a consistent state, beside the writer. */
function copyLive(path: string, copy: string): void {
  assertRoom(path, Number(statOf(path)?.blocks ?? 0) * 512, dirname(copy));
  const reader = openDatabase(path, { readonly: true });
  try {
    reader.prepare('VACUUM INTO ?').run(copy);
  } finally {
    reader.close();
  }
}

function copyWithLeftovers(path: string, copy: string): void {
  whileUnchanged(path, () => {
    for (const suffix of ['', ...leftoverSuffixes]) {
      durableFs.remove(copy + suffix);
      if (suffix === '' || statOf(path + suffix)) durableFs.copy(path + suffix, copy + suffix);
    }
  });
}

function readWhole(path: string): Buffer {
  return withoutWal(whileUnchanged(path, () => readFileSync(path)));
}

/** Makes the bytes of a database file, with nothing left beside it, fit for memory. Returns the same bytes. */
export function withoutWal(bytes: Buffer): Buffer {
  // A database in memory cannot be in WAL mode: https://www.sqlite.org/c3ref/deserialize.html
  bytes[18] = 1;
  bytes[19] = 1;
  return bytes;
}

/** Repeats a copy until nothing changed while it was made. */
function whileUnchanged<T>(path: string, copy: () => T): T {
  for (let attempt = 1; attempt <= copyAttempts; attempt++) {
    const before = fingerprint(path);
    const result = copy();
    if (fingerprint(path) === before) return result;
  }
  throw new VarveError('FILE_CHANGED', 'the file keeps changing while it is read', {
    path,
    hint: 'wait until its writer has closed it',
  });
}

function openFileCopy(copyTo: (copy: string) => void, path: string): Source {
  const dir = makePrivateDir();
  try {
    const copy = join(dir, 'copy.db');
    const sqlite = onFile(path, () => {
      copyTo(copy);
      return openDatabase(copy);
    });
    const close = () => {
      sqlite.close();
      removePrivateDir(dir);
    };
    try {
      onFile(path, () => settleCopy(sqlite, path));
      return { sqlite, copy: 'file', detach: () => detachPrivateDir(dir), close };
    } catch (error) {
      close();
      throw error;
    }
  } catch (error) {
    removePrivateDir(dir);
    throw error;
  }
}

/** Takes in what was left beside the original. Nobody waits for the copy to be durable. */
function settleCopy(sqlite: Database, path: string): void {
  sqlite.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = DELETE');
  assertSound(sqlite, path);
}
