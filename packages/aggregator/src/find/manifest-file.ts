import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { readHeader } from '@varve/core';
import { isStoreUrl, onFile } from '@varve/core/internal';
import { type Database, openFile } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import type { FoundFile, KnownFacts } from './found-file.ts';

/** `vrMF` in the header of a manifest. */
export const manifestApplicationId = 0x76724d46;

/** Whether a path names a list of archives, made by `writeManifest`. */
export function isManifest(path: string): boolean {
  if (isStoreUrl(path) || !path.endsWith('.db')) return false;
  try {
    return statSync(path).isFile() && readHeader(path).applicationId === manifestApplicationId;
  } catch {
    // Whoever reads it as an archive says what is wrong with it.
    return false;
  }
}

/** Whether the archives of a manifest lie in a bucket. */
export function isManifestOfStore(path: string): boolean {
  if (!isManifest(path)) return false;
  const sqlite = openFile(path, { readonly: true });
  try {
    const first = sqlite
      .prepare<[], string>('SELECT "path" FROM "archives" ORDER BY "path" DESC LIMIT 1')
      .pluck()
      .get();
    return first !== undefined && isStoreUrl(first);
  } finally {
    sqlite.close();
  }
}

interface ManifestRow extends KnownFacts {
  readonly path: string;
  readonly relativePath: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly etag: string | null;
}

/** What a manifest lists, in the order of the paths, page by page. */
export function* listManifest(path: string): Generator<FoundFile> {
  const sqlite = openFile(path, { readonly: true });
  try {
    const page = sqlite.prepare<[string], ManifestRow>(`SELECT "path", "relative_path" AS relativePath,
      "size_bytes" AS sizeBytes, "mtime_ms" AS mtimeMs, "etag", "version", "session_id" AS sessionId, "agent",
      "started_at_ms" AS startedAtMs, "problem_code" AS code FROM "archives" WHERE "path" > ? ORDER BY "path" LIMIT 1000`);
    for (let rows = page.all(''); rows.length > 0; rows = page.all(rows.at(-1)?.path ?? '')) {
      for (const row of rows) yield toFile(row);
    }
  } finally {
    sqlite.close();
  }
}

function toFile({ path, relativePath, sizeBytes, mtimeMs, etag, ...known }: ManifestRow): FoundFile {
  const place = { path, relativePath, sizeBytes, mtimeMs, ...(etag !== null && { etag }) };
  return { ...place, known, sidecars: [], isNamed: false };
}

/**
 * Opens a manifest to write it; it is made where there is none.
 *
 * @throws MANIFEST_FOREIGN; USAGE for a bucket; FILE_NOT_FOUND where its folder is not there
 */
export function openManifest(path: string): Database {
  if (isStoreUrl(path)) throw inBucketError(path);
  onFile(path, () => statSync(dirname(path)), 'write');
  if (statSync(path, { throwIfNoEntry: false }) && !isManifest(path)) {
    throw new VarveError('MANIFEST_FOREIGN', 'the file is no manifest of archives; it is untouched', {
      path,
      hint: 'name a file that does not exist yet, ending in .db, or one that varve manifest has made',
    });
  }
  const sqlite = openFile(path);
  sqlite.exec(`PRAGMA application_id = ${manifestApplicationId}; CREATE TABLE IF NOT EXISTS "archives" (
    "path" TEXT PRIMARY KEY, "relative_path" TEXT NOT NULL, "size_bytes" INTEGER NOT NULL, "mtime_ms" REAL NOT NULL,
    "etag" TEXT, "sha256" TEXT, "session_id" TEXT, "agent" TEXT, "started_at_ms" INTEGER, "lineage" TEXT NOT NULL,
    "version" INTEGER, "head" INTEGER NOT NULL, "rows" INTEGER NOT NULL, "problem_code" TEXT, "problem_message" TEXT,
    "run" INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS "_run" ("run" INTEGER NOT NULL, "asked" TEXT NOT NULL, "after" TEXT NOT NULL, "problems" INTEGER NOT NULL)`);
  return sqlite;
}

function inBucketError(path: string): VarveError {
  return new VarveError('USAGE', 'a manifest is written on this machine', {
    path,
    hint: "name a file, and copy it into the bucket by the store's own tools: it is read there too",
  });
}
