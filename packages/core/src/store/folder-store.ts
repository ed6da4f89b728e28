import { createHash } from 'node:crypto';
import { type BigIntStats, opendirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { VarveError } from '@varve/schema/errors';
import { assertNoLink, copyInto, durableFs, fileError, isWorkFile, workFile } from '../file/index.ts';
import type { ListOptions, PutCondition, Store, StoreEntry, StorePage, StoreRange } from './contract.ts';

const pageSize = 1000;

/** A folder with all the files below it. */
export class FolderStore implements Store {
  readonly url: string;

  constructor(folder: string) {
    this.url = folder;
  }

  async list({ after = '', limit = pageSize }: ListOptions = {}): Promise<StorePage> {
    return this.#ask('', () => {
      const entries: StoreEntry[] = [];
      for (const key of keysAfter(this.url, '', after)) {
        if (entries.length === limit) return { entries, isLast: false };
        const stats = statSync(join(this.url, key), { bigint: true, throwIfNoEntry: false });
        if (stats?.isFile()) entries.push(toEntry(key, stats));
      }
      return { entries, isLast: true };
    });
  }

  async read(key: string, into: string): Promise<StoreEntry> {
    return this.#ask(key, async () => {
      const stats = statSync(this.#pathOf(key), { bigint: true });
      await durableFs.copyAside(this.#pathOf(key), into);
      return toEntry(key, stats);
    });
  }

  async readRange(key: string, start: number, sizeBytes: number): Promise<StoreRange> {
    return this.#ask(key, async () => {
      await using file = await open(this.#pathOf(key));
      const bytes = Buffer.alloc(sizeBytes);
      const { bytesRead } = await file.read(bytes, 0, sizeBytes, start);
      return { bytes: bytes.subarray(0, bytesRead), entry: toEntry(key, await file.stat({ bigint: true })) };
    });
  }

  /** Between the look at a file and the renaming over it another may write it: a folder has no better condition. */
  async put(key: string, from: string, condition: PutCondition): Promise<{ readonly etag: string }> {
    const path = this.#pathOf(key);
    return this.#ask(key, () => {
      assertNoLink(path, this.url);
      durableFs.makeDir(dirname(path));
      if (condition === 'absent') {
        if (!copyInto(from, path)) throw changedError(path);
      } else {
        if (condition !== 'any' && this.#etagOf(path) !== condition.etag) throw changedError(path);
        replace(from, path);
      }
      durableFs.syncDir(dirname(path));
      return { etag: this.#etagOf(path) ?? '' };
    });
  }

  async remove(key: string): Promise<void> {
    await this.#ask(key, () => {
      assertNoLink(this.#pathOf(key), this.url);
      durableFs.remove(this.#pathOf(key));
    });
  }

  #etagOf(path: string): string | undefined {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stats && etagOf(stats);
  }

  #pathOf(key: string): string {
    return join(this.url, ...key.split('/'));
  }

  async #ask<T>(key: string, work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw fileError(error, key ? this.#pathOf(key) : this.url, 'write');
    }
  }
}

function replace(from: string, path: string): void {
  const work = workFile(path, 'sealing');
  durableFs.remove(work);
  try {
    durableFs.copy(from, work);
    durableFs.sync(work);
    durableFs.rename(work, path);
  } finally {
    durableFs.remove(work);
  }
}

/** Keys in order, folder by folder; a folder of which all keys come before the cursor is not entered. */
function* keysAfter(folder: string, prefix: string, after: string): Generator<string> {
  for (const name of namesIn(folder)) {
    const key = prefix + name;
    if (!key.endsWith('/')) {
      if (key > after) yield key;
    } else if (key > after || after.startsWith(key)) {
      yield* keysAfter(join(folder, name), key, after);
    }
  }
}

/** Sorted as keys are: a folder's name has its `/`. */
function namesIn(folder: string): string[] {
  const names: string[] = [];
  const entries = opendirSync(folder, { bufferSize: 1024 });
  try {
    for (let entry = entries.readSync(); entry; entry = entries.readSync()) {
      if (entry.isDirectory()) names.push(`${entry.name}/`);
      else if (entry.isFile() && !isWorkFile(entry.name)) names.push(entry.name);
    }
  } finally {
    entries.closeSync();
  }
  return names.sort();
}

function toEntry(key: string, stats: BigIntStats): StoreEntry {
  return {
    key: key.replaceAll(sep, '/'),
    sizeBytes: Number(stats.size),
    mtimeMs: Number(stats.mtimeNs) / 1e6,
    etag: etagOf(stats),
  };
}

function etagOf({ ino, size, mtimeNs }: BigIntStats): string {
  return createHash('sha256').update(`${ino} ${size} ${mtimeNs}`).digest('hex').slice(0, 32);
}

function changedError(path: string): VarveError {
  return new VarveError('STORE_CHANGED', 'the file is another by now; it was left alone', {
    path,
    hint: 'find out who wrote it, then run the work again: it reads what is there now',
  });
}
