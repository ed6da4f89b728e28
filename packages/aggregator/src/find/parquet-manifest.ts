import { statSync } from 'node:fs';
import zlib from 'node:zlib';
import type { Database } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import { openManifest } from './manifest-file.ts';

/** Of a manifest, in the order of its table. */
export const manifestColumns = [
  'path',
  'relative_path',
  'size_bytes',
  'mtime_ms',
  'etag',
  'sha256',
  'session_id',
  'agent',
  'started_at_ms',
  'lineage',
  'version',
  'head',
  'rows',
  'problem_code',
  'problem_message',
  'run',
] as const;

/** Whether a path may name a list of archives in Parquet: no archive ends so. */
export function isParquetManifest(path: string): boolean {
  return path.endsWith('.parquet') && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Returns `into`. @throws MANIFEST_FOREIGN */
export async function unpackManifest(path: string, into: string, named = path): Promise<string> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await import('hyparquet');
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file).catch((cause: unknown) => {
    throw foreign(named, cause);
  });
  const known = new Set(metadata.schema.map(({ name }) => name));
  if (!manifestColumns.every((name) => known.has(name))) throw foreign(named);
  const sqlite = openManifest(into);
  try {
    let rowStart = 0;
    for (const { num_rows } of metadata.row_groups) {
      const rowEnd = rowStart + Number(num_rows);
      save(sqlite, await parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors }));
      rowStart = rowEnd;
    }
  } finally {
    sqlite.close();
  }
  return into;
}

function save(sqlite: Database, rows: readonly Record<string, unknown>[]): void {
  const insert = sqlite.prepare(
    `INSERT OR REPLACE INTO "archives" VALUES (${manifestColumns.map(() => '?').join(', ')})`,
  );
  sqlite.transaction(() => {
    for (const row of rows) insert.run(manifestColumns.map((name) => storedValue(row[name])));
  })();
}

function storedValue(value: unknown): unknown {
  return value instanceof Date ? value.getTime() : (value ?? null);
}

const compressors =
  'zstdDecompressSync' in zlib
    ? { ZSTD: (page: Uint8Array) => new Uint8Array(zlib.zstdDecompressSync(page)) }
    : {};

function foreign(path: string, cause?: unknown): VarveError {
  return new VarveError('MANIFEST_FOREIGN', 'the file is no manifest of archives; it is untouched', {
    path,
    hint: 'name archives, or a file that varve manifest has made',
    cause,
  });
}
