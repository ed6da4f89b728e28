import type { Database } from 'better-sqlite3';
import type { Problem } from '../problem.ts';

/** An archive as the view last saw it. */
export interface KnownArchive {
  readonly id: number;
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly errorCode: string | null;
}

/** What is stored about an archive that is being read. */
export interface ArchiveEntry {
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly state: 'unified' | 'failed';
  readonly version?: number;
  readonly strategy?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly errorHint?: string;
}

const selectKnown = `SELECT "id", "path", "size_bytes" AS sizeBytes, "mtime_ms" AS mtimeMs, "error_code" AS errorCode
  FROM main."_archives"`;

export function listArchives(sqlite: Database): KnownArchive[] {
  return sqlite.prepare<[], KnownArchive>(selectKnown).all();
}

export function findArchive(sqlite: Database, path: string): KnownArchive | undefined {
  return sqlite.prepare<[string], KnownArchive>(`${selectKnown} WHERE "path" = ?`).get(path);
}

/** Returns the archive's id, which stays the same while its path does. */
export function saveArchive(sqlite: Database, entry: ArchiveEntry): number {
  const save = sqlite
    .prepare(
      `INSERT INTO main."_archives" ("path", "size_bytes", "mtime_ms", "version", "rows", "strategy", "state",
         "error_code", "error_message", "error_hint", "read_at_ms")
       VALUES (:path, :sizeBytes, :mtimeMs, :version, 0, :strategy, :state,
         :errorCode, :errorMessage, :errorHint, :readAtMs)
       ON CONFLICT ("path") DO UPDATE SET "size_bytes" = excluded."size_bytes", "mtime_ms" = excluded."mtime_ms",
         "session_id" = NULL, "version" = excluded."version", "rows" = 0, "strategy" = excluded."strategy",
         "state" = excluded."state", "error_code" = excluded."error_code",
         "error_message" = excluded."error_message", "error_hint" = excluded."error_hint",
         "read_at_ms" = excluded."read_at_ms"
       RETURNING "id"`,
    )
    .pluck();
  const unset = { version: null, strategy: null, errorCode: null, errorMessage: null, errorHint: null };
  return save.get({ ...unset, ...entry, readAtMs: Date.now() }) as number;
}

export function setArchiveRows(sqlite: Database, id: number, rows: number, sessionId: string | null): void {
  sqlite
    .prepare('UPDATE main."_archives" SET "rows" = ?, "session_id" = ? WHERE "id" = ?')
    .run(rows, sessionId, id);
}

export function removeArchive(sqlite: Database, id: number): void {
  sqlite.prepare('DELETE FROM main."_archives" WHERE "id" = ?').run(id);
}

/** The archives that could not be read, by path. */
export function listFailures(sqlite: Database): Problem[] {
  return sqlite
    .prepare<[], Problem>(
      `SELECT "path", "error_code" AS code, "error_message" AS message, "error_hint" AS hint
       FROM main."_archives" WHERE "state" = 'failed' ORDER BY "path"`,
    )
    .all();
}
