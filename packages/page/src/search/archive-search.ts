import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { makePrivateDir, removePrivateDir } from '@varve/core/internal';
import { type Database, openFile, quoteIdentifier } from '@varve/migrations/internal';
import type { SearchProgress } from '../api/index.ts';
import type { CatalogKeeper } from '../catalog/index.ts';
import type { HeadShape, SessionFile, SessionSource } from '../sources/index.ts';
import { toMatch } from './search-words.ts';
import type { FoundText, TextSearch } from './text-search.ts';

/** How long texts are read before a request is answered in between. */
const sliceMs = 25;
/** Of one file, so that a giant does not hold up the rest. */
const fileLimit = 4_000_000;
/** How many are fetched at once. */
const atOnce = 16;

/**
 * A full-text index of archives as they lie, in a private temporary folder, gone with the process. It is begun by the
 * first search and filled beside the requests, the newest archives first; a search finds what is in it by then. It
 * keeps no texts: what stands around a hit is read from the archive again.
 */
export class ArchiveSearch implements TextSearch {
  readonly #source: SessionSource;
  readonly #keeper: CatalogKeeper;
  readonly #onProgress: () => void;
  readonly #known = new Map<string, { readonly id: number; readonly fingerprint: string }>();
  readonly #keys = new Map<number, string>();
  #index: { readonly dir: string; readonly sqlite: Database } | undefined;
  #isFilling = false;
  #isClosed = false;
  #nextId = 1;

  constructor(source: SessionSource, keeper: CatalogKeeper, onProgress: () => void) {
    this.#source = source;
    this.#keeper = keeper;
    this.#onProgress = onProgress;
  }

  find(words: string, limit: number): readonly FoundText[] {
    const sqlite = this.#open();
    if (!this.#isFilling) void this.#fill();
    const ids = sqlite
      .prepare<[string, number], number>('SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rowid LIMIT ?')
      .pluck()
      .all(toMatch(words), limit);
    return ids.flatMap((id) => {
      const file = this.#keys.get(id);
      return file === undefined ? [] : [{ file, snippet: undefined }];
    });
  }

  progress(): SearchProgress | null {
    if (!this.#index) return null;
    return { read: this.#known.size, total: this.#readable().length };
  }

  close(): void {
    this.#isClosed = true;
    if (!this.#index) return;
    this.#index.sqlite.close();
    removePrivateDir(this.#index.dir);
  }

  #open(): Database {
    this.#index ??= createIndex();
    return this.#index.sqlite;
  }

  #readable(): SessionFile[] {
    return this.#keeper.catalog.files.filter(({ code }) => code === null);
  }

  async #fill(): Promise<void> {
    this.#isFilling = true;
    try {
      for (let files = this.#unread(); files.length > 0; files = this.#unread()) {
        for (let at = 0; at < files.length && !this.#isClosed; ) {
          await this.#fetch(files.slice(at, at + atOnce));
          at = this.#fillSlice(files, at);
          this.#onProgress();
          await setImmediate();
        }
        if (this.#isClosed) return;
      }
    } finally {
      this.#isFilling = false;
    }
  }

  /** What cannot be fetched is as what cannot be read. */
  async #fetch(files: readonly SessionFile[]): Promise<void> {
    const { remote } = this.#source;
    if (remote) await Promise.allSettled(files.map((file) => remote.fetch(file)));
  }

  #unread(): SessionFile[] {
    return this.#readable()
      .filter(({ key, fingerprint }) => this.#known.get(key)?.fingerprint !== fingerprint)
      .sort((a, b) => b.modifiedAtMs - a.modifiedAtMs);
  }

  #fillSlice(files: readonly SessionFile[], start: number): number {
    const sqlite = this.#open();
    const insert = sqlite.prepare('INSERT INTO texts (rowid, body) VALUES (?, ?)');
    const endMs = performance.now() + sliceMs;
    let at = start;
    sqlite.transaction(() => {
      const most = this.#source.remote ? start + atOnce : files.length;
      while (at < Math.min(files.length, most) && (at === start || performance.now() < endMs)) {
        const file = files[at++] as SessionFile;
        const known = this.#known.get(file.key);
        if (known) this.#keys.delete(known.id);
        const id = this.#nextId++;
        insert.run(id, readTexts(this.#source, file));
        this.#known.set(file.key, { id, fingerprint: file.fingerprint });
        this.#keys.set(id, file.key);
      }
    })();
    return at;
  }
}

function createIndex(): { readonly dir: string; readonly sqlite: Database } {
  const dir = makePrivateDir();
  const sqlite = openFile(join(dir, 'texts.db'));
  sqlite.exec(`PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;
    CREATE VIRTUAL TABLE texts USING fts5(body, content='', columnsize=0);
    INSERT INTO texts (texts, rank) VALUES ('hashsize', 16777216)`);
  return { dir, sqlite };
}

/** All texts of a file; nothing of one that cannot be read, which the catalog tells. */
function readTexts(source: SessionSource, file: SessionFile): string {
  try {
    const open = source.open(file);
    try {
      const texts: string[] = [];
      let size = 0;
      for (const sql of textSelects(source.shape)) {
        for (const text of open.sqlite.prepare<[], string | null>(sql).pluck().iterate()) {
          if (text) texts.push(text);
          size += text?.length ?? 0;
          if (size > fileLimit) return texts.join('\n').slice(0, fileLimit);
        }
      }
      return texts.join('\n');
    } finally {
      open.close();
    }
  } catch {
    return '';
  }
}

const selects = new WeakMap<HeadShape, readonly string[]>();

/** A SELECT a table, of all its texts in one column; without the ids by which rows refer to each other. */
export function textSelects(shape: HeadShape): readonly string[] {
  const known = selects.get(shape);
  if (known) return known;
  const made = shape.tables.flatMap(({ name, columns }) => {
    const texts = columns.filter(
      (it) => !it.isKey && /TEXT|CHAR|CLOB/i.test(it.type) && !/_id$/i.test(it.name),
    );
    const parts = texts.map((it) => `ifnull(${quoteIdentifier(it.name)}, '')`);
    return parts.length > 0 ? [`SELECT ${parts.join(` || ' ' || `)} FROM ${quoteIdentifier(name)}`] : [];
  });
  selects.set(shape, made);
  return made;
}
