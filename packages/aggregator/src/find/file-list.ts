import { openFile } from '@varve/migrations/internal';
import type { FoundFile } from './found-file.ts';

/** How many files are in memory at once. */
const pageFiles = 1000;

interface FileRow extends Pick<FoundFile, 'path' | 'relativePath' | 'sizeBytes' | 'mtimeMs'> {
  readonly id: number;
  readonly etag: string | null;
  readonly sidecars: string;
  readonly isNamed: number;
  readonly kind: string;
}

export interface FileCount {
  readonly files: number;
  readonly sizeBytes: number;
}

const columns = `"id", "path", "relativePath", "sizeBytes", "mtimeMs", "etag", "sidecars", "isNamed", "kind"`;

/** What a walk found, each of some kind, however many they are: in a file without a name, a page of them in memory. */
export class FileList<TKind extends string = string> implements Disposable {
  readonly #counts = new Map<TKind, FileCount>();
  #opened: ReturnType<typeof openList> | undefined;
  #hasPaths = false;

  /** Opened for the first file: what the walk starts for it need not wait for SQLite to load. */
  get #list(): ReturnType<typeof openList> {
    this.#opened ??= openList();
    return this.#opened;
  }

  add(file: FoundFile, kind: TKind): void {
    const { path, relativePath, sizeBytes, mtimeMs, etag = null, sidecars, isNamed } = file;
    this.#list.insert.run(
      path,
      relativePath,
      sizeBytes,
      mtimeMs,
      etag,
      sidecars.join(),
      Number(isNamed),
      kind,
    );
    const { files, sizeBytes: before } = this.count([kind]);
    this.#counts.set(kind, { files: files + 1, sizeBytes: before + sizeBytes });
  }

  count(kinds: readonly TKind[]): FileCount {
    const counts = kinds.map((kind) => this.#counts.get(kind) ?? { files: 0, sizeBytes: 0 });
    return {
      files: counts.reduce((sum, { files }) => sum + files, 0),
      sizeBytes: counts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    };
  }

  find(path: string): { readonly file: FoundFile; readonly kind: TKind } | undefined {
    if (!this.#hasPaths) this.#list.sqlite.exec('CREATE INDEX by_path ON files ("path")');
    this.#hasPaths = true;
    const row = this.#list.sqlite
      .prepare<[string], FileRow>(`SELECT ${columns} FROM files WHERE "path" = ?`)
      .get(path);
    return row && { file: toFile(row), kind: row.kind as TKind };
  }

  /** In the order in which they were added. */
  *list(kinds: readonly TKind[]): Generator<FoundFile> {
    const page = this.#list.sqlite.prepare<[string, number], FileRow>(`SELECT ${columns} FROM files
      WHERE "kind" IN (SELECT value FROM json_each(?)) AND "id" > ? ORDER BY "id" LIMIT ${pageFiles}`);
    const wanted = JSON.stringify(kinds);
    for (let rows = page.all(wanted, 0); rows.length > 0; rows = page.all(wanted, rows.at(-1)?.id ?? 0))
      for (const row of rows) yield toFile(row);
  }

  /** Of all kinds. */
  *listLargestFirst(): Generator<FoundFile> {
    this.#list.sqlite.exec('CREATE INDEX IF NOT EXISTS by_size ON files ("sizeBytes" DESC, "id")');
    const page = this.#list.sqlite.prepare<[number, number, number], FileRow>(`SELECT ${columns} FROM files
      WHERE "sizeBytes" <= ? AND ("sizeBytes" < ? OR "id" > ?) ORDER BY "sizeBytes" DESC, "id" LIMIT ${pageFiles}`);
    const most = Number.MAX_SAFE_INTEGER;
    for (let rows = page.all(most, most, 0); rows.length > 0; ) {
      yield* rows.map(toFile);
      const { sizeBytes, id } = rows.at(-1) as FileRow;
      rows = page.all(sizeBytes, sizeBytes, id);
    }
  }

  /** By kind, and in the order in which they were added. */
  *listByKind(): Generator<{ readonly file: FoundFile; readonly kind: TKind }> {
    this.#list.sqlite.exec('CREATE INDEX IF NOT EXISTS by_kind ON files ("kind", "id")');
    const page = this.#list.sqlite.prepare<[string, number], FileRow>(`SELECT ${columns} FROM files
      WHERE ("kind", "id") > (?, ?) ORDER BY "kind", "id" LIMIT ${pageFiles}`);
    for (let rows = page.all('', 0); rows.length > 0; ) {
      for (const row of rows) yield { file: toFile(row), kind: row.kind as TKind };
      const { kind, id } = rows.at(-1) as FileRow;
      rows = page.all(kind, id);
    }
  }

  [Symbol.dispose](): void {
    this.#opened?.sqlite.close();
  }
}

function openList() {
  const sqlite = openFile('');
  sqlite.exec(`PRAGMA synchronous = OFF; PRAGMA cache_size = -16000;
    CREATE TABLE files ("id" INTEGER PRIMARY KEY, "path" TEXT, "relativePath" TEXT, "sizeBytes" INTEGER, "mtimeMs" REAL,
      "etag" TEXT, "sidecars" TEXT, "isNamed" INTEGER, "kind" TEXT); BEGIN`);
  const insert = sqlite.prepare(`INSERT INTO files VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)`);
  return { sqlite, insert };
}

function toFile({ id: _, kind: __, etag, sidecars, isNamed, ...facts }: FileRow): FoundFile {
  return {
    ...facts,
    ...(etag !== null && { etag }),
    sidecars: sidecars === '' ? [] : sidecars.split(','),
    isNamed: isNamed === 1,
  };
}
