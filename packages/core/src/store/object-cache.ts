import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileError } from '../file/index.ts';
import type { Store } from './contract.ts';

const defaultSizeBytes = 1024 ** 3;

export interface ObjectCacheOptions {
  /** `VARVE_CACHE_DIR`, else `varve` in the folder for caches, unless given. */
  readonly dir?: string;
  /** How much it may hold when nothing is being fetched; `VARVE_CACHE_BYTES`, else 1 GiB. */
  readonly sizeBytes?: number;
}

/**
 * Objects of stores as files of this machine, by address and ETag: what is the same is fetched once. Several processes may
 * share a folder. What was used longest ago goes first; a file that is open stays readable all the same.
 */
export class ObjectCache {
  readonly #dir: string;
  readonly #sizeBytes: number;

  constructor({ dir, sizeBytes }: ObjectCacheOptions = {}) {
    this.#dir = dir ?? process.env.VARVE_CACHE_DIR ?? join(cacheHome(), 'varve');
    this.#sizeBytes = sizeBytes ?? Number(process.env.VARVE_CACHE_BYTES ?? defaultSizeBytes);
  }

  /** The path of a file with the object's bytes, whose name ends as the key does. @throws the codes of `Store.read` */
  async fetch(store: Store, key: string, etag: string): Promise<string> {
    const path = this.#pathOf(store, key, etag);
    if (existsSync(path)) {
      const now = new Date();
      utimesSync(path, now, statSync(path).mtime);
      return path;
    }
    try {
      mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
      const fresh = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.fetching`;
      const entry = await store.read(key, fresh);
      const target = this.#pathOf(store, key, entry.etag);
      renameSync(fresh, target);
      this.#evict(target);
      return target;
    } catch (error) {
      throw fileError(error, this.#dir, 'write');
    }
  }

  #pathOf(store: Store, key: string, etag: string): string {
    const name = createHash('sha256')
      .update(JSON.stringify([store.url, key, etag]))
      .digest('hex');
    return join(this.#dir, `${name}${/\.\w{1,10}$/.exec(key)?.[0] ?? ''}`);
  }

  #evict(newest: string): void {
    const files = readdirSync(this.#dir).flatMap((name) => {
      const path = join(this.#dir, name);
      const stats = statSync(path, { throwIfNoEntry: false });
      return stats?.isFile() && path !== newest ? [{ path, size: stats.size, usedMs: stats.atimeMs }] : [];
    });
    let total = statSync(newest).size + files.reduce((sum, { size }) => sum + size, 0);
    for (const { path, size } of files.sort((a, b) => a.usedMs - b.usedMs)) {
      if (total <= this.#sizeBytes) return;
      rmSync(path, { force: true });
      total -= size;
    }
  }
}

function cacheHome(): string {
  return process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
}
