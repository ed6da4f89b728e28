import type { Database, Statement } from 'better-sqlite3';
import type { Problem } from '../problem.ts';
import type { FoundFile } from '../walk-files.ts';

/** An archive as the view last saw it. */
export interface KnownArchive {
  readonly id: number;
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly errorCode: string | null;
}

/** What became of an archive. */
export type ArchiveOutcome =
  | { readonly version: number; readonly strategy: string }
  | { readonly problem: Problem };

const knownSql = `SELECT "id", "path", "size_bytes" AS sizeBytes, "mtime_ms" AS mtimeMs, "error_code" AS errorCode
  FROM main."_archives"`;

const saveSql = `INSERT INTO main."_archives" ("path", "size_bytes", "mtime_ms", "version", "rows", "strategy",
    "state", "error_code", "error_message", "error_hint", "read_at_ms")
  VALUES (:path, :sizeBytes, :mtimeMs, :version, 0, :strategy, :state, :code, :message, :hint, :readAtMs)
  ON CONFLICT ("path") DO UPDATE SET "size_bytes" = excluded."size_bytes", "mtime_ms" = excluded."mtime_ms",
    "session_id" = NULL, "version" = excluded."version", "rows" = 0, "strategy" = excluded."strategy",
    "state" = excluded."state", "error_code" = excluded."error_code",
    "error_message" = excluded."error_message", "error_hint" = excluded."error_hint",
    "read_at_ms" = excluded."read_at_ms"
  RETURNING "id"`;

/** Reads and writes the table of archives. */
export class ArchiveEntries {
  readonly #sqlite: Database;
  readonly #find: Statement;
  readonly #save: Statement;
  readonly #setRows: Statement;

  constructor(sqlite: Database) {
    this.#sqlite = sqlite;
    this.#find = sqlite.prepare('SELECT "id" FROM main."_archives" WHERE "path" = ?').pluck();
    this.#save = sqlite.prepare(saveSql).pluck();
    this.#setRows = sqlite.prepare('UPDATE main."_archives" SET "rows" = ?, "session_id" = ? WHERE "id" = ?');
  }

  list(): KnownArchive[] {
    return this.#sqlite.prepare<[], KnownArchive>(knownSql).all();
  }

  findId(path: string): number | undefined {
    return this.#find.get(path) as number | undefined;
  }

  /** Returns the archive's id, which stays the same while its path does. */
  save({ path, sizeBytes, mtimeMs }: FoundFile, outcome: ArchiveOutcome): number {
    const said =
      'problem' in outcome
        ? { ...outcome.problem, state: 'failed', version: null, strategy: null }
        : { ...outcome, state: 'unified', code: null, message: null, hint: null };
    return this.#save.get({ ...said, path, sizeBytes, mtimeMs, readAtMs: Date.now() }) as number;
  }

  setRows(id: number, rows: number, sessionId: string | null): void {
    this.#setRows.run(rows, sessionId, id);
  }

  remove(id: number): void {
    this.#sqlite.prepare('DELETE FROM main."_archives" WHERE "id" = ?').run(id);
  }

  /** The archives that could not be read, by path. */
  listProblems(): Problem[] {
    return this.#sqlite
      .prepare<[], Problem>(
        `SELECT "path", "error_code" AS code, "error_message" AS message, "error_hint" AS hint
         FROM main."_archives" WHERE "state" = 'failed' ORDER BY "path"`,
      )
      .all();
  }
}
