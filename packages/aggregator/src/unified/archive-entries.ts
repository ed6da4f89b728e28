import type { Database, Statement } from '@varve/migrations/internal';
import type { FoundFile } from '../find/index.ts';
import type { Problem } from '../work/index.ts';

/** An archive as the view last saw it. */
export interface KnownArchive {
  readonly id: number;
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly errorCode: string | null;
  readonly version: number | null;
  readonly state: 'unified' | 'failed' | 'duplicate' | 'gone';
}

/** What became of an archive. */
export type ArchiveOutcome =
  | { readonly version: number; readonly strategy: string }
  | { readonly problem: Problem };

const knownSql = `SELECT "id", "path", "size_bytes" AS sizeBytes, "mtime_ms" AS mtimeMs, "error_code" AS errorCode, "version", "state"
  FROM main."_archives"`;

const problemSql = `SELECT "path", "error_code" AS code, "error_message" AS message, "error_hint" AS hint
  FROM main."_archives" WHERE "state" = 'failed'`;

const saveSql = `INSERT INTO main."_archives" ("path", "size_bytes", "mtime_ms", "version", "rows", "strategy",
    "state", "error_code", "error_message", "error_hint", "read_at_ms")
  VALUES (:path, :sizeBytes, :mtimeMs, :version, 0, :strategy, :state, :code, :message, :hint, :readAtMs)
  ON CONFLICT ("path") DO UPDATE SET "size_bytes" = excluded."size_bytes", "mtime_ms" = excluded."mtime_ms",
    "session_id" = NULL, "version" = excluded."version", "rows" = 0, "strategy" = excluded."strategy",
    "state" = excluded."state", "error_code" = excluded."error_code",
    "error_message" = excluded."error_message", "error_hint" = excluded."error_hint",
    "read_at_ms" = excluded."read_at_ms"
  RETURNING "id"`;

const takeOverSql = (schema: string) => {
  const columns = `"path", "size_bytes", "mtime_ms", "session_id", "version", "rows", "strategy", "state", "error_code",
    "error_message", "error_hint", "read_at_ms"`;
  return `INSERT INTO main."_archives" ("id", ${columns}) SELECT "id" + ?, ${columns} FROM "${schema}"."_archives"`;
};

const keepSql = `UPDATE main."_archives" SET "size_bytes" = :sizeBytes, "mtime_ms" = :mtimeMs, "version" = :version,
  "strategy" = :strategy, "state" = 'unified', "read_at_ms" = :readAtMs WHERE "id" = :id`;

/** Reads and writes the table of archives. */
export class ArchiveEntries {
  readonly #sqlite: Database;
  readonly #find: Statement<[string], KnownArchive>;
  readonly #findAll: Statement<[string], KnownArchive>;
  readonly #keep: Statement;
  readonly #save: Statement;
  readonly #setRows: Statement;
  readonly #setState: Statement;
  readonly #remove: Statement;
  readonly #lastId: Statement;
  readonly #unifiedSince: Statement;

  constructor(sqlite: Database) {
    this.#sqlite = sqlite;
    this.#find = sqlite.prepare(`${knownSql} WHERE "path" = ?`);
    this.#findAll = sqlite.prepare(`${knownSql} WHERE "path" IN (SELECT value FROM json_each(?))`);
    this.#keep = sqlite.prepare(keepSql);
    this.#save = sqlite.prepare(saveSql).pluck();
    this.#setRows = sqlite.prepare('UPDATE main."_archives" SET "rows" = ?, "session_id" = ? WHERE "id" = ?');
    this.#setState = sqlite.prepare('UPDATE main."_archives" SET "state" = ? WHERE "id" = ?');
    this.#remove = sqlite.prepare('DELETE FROM main."_archives" WHERE "id" = ?');
    this.#lastId = sqlite.prepare('SELECT coalesce(max("id"), 0) FROM main."_archives"').pluck();
    this.#unifiedSince = sqlite
      .prepare(`SELECT "id" FROM main."_archives" WHERE "id" > ? AND "state" = 'unified'`)
      .pluck();
  }

  count(): number {
    return this.#sqlite.prepare<[], number>('SELECT count(*) FROM main."_archives"').pluck().get() ?? 0;
  }

  /** Page by page, so that they may be removed meanwhile. */
  *list(): Generator<KnownArchive> {
    const page = this.#sqlite.prepare<[number], KnownArchive>(
      `${knownSql} WHERE "id" > ? ORDER BY "id" LIMIT 1000`,
    );
    for (let known = page.all(0); known.length > 0; known = page.all(known.at(-1)?.id ?? 0)) yield* known;
  }

  /** By path. */
  findAll(paths: readonly string[]): ReadonlyMap<string, KnownArchive> {
    const known = this.#findAll.all(JSON.stringify(paths));
    return new Map(known.map((archive) => [archive.path, archive]));
  }

  find(path: string): KnownArchive | undefined {
    return this.#find.get(path);
  }

  /** Returns the archive's id, which stays the same while its path does. */
  save({ path, sizeBytes, mtimeMs }: FoundFile, outcome: ArchiveOutcome): number {
    const said =
      'problem' in outcome
        ? { ...outcome.problem, state: 'failed', version: null, strategy: null }
        : { ...outcome, state: 'unified', code: null, message: null, hint: null };
    return this.#save.get({ ...said, path, sizeBytes, mtimeMs, readAtMs: Date.now() }) as number;
  }

  /** Notes that an archive was read again, and that its rows are those the view has. */
  keep(id: number, { sizeBytes, mtimeMs }: FoundFile, outcome: { version: number; strategy: string }): void {
    this.#keep.run({ ...outcome, id, sizeBytes, mtimeMs, readAtMs: Date.now() });
  }

  /** Adds the archives of a view attached as `schema`, numbered on from the last, whose id it returns. */
  takeOver(schema: string): number {
    const lastId = this.#lastId.get() as number;
    this.#sqlite.prepare(takeOverSql(schema)).run(lastId);
    return lastId;
  }

  listUnifiedSince(id: number): number[] {
    return this.#unifiedSince.all(id) as number[];
  }

  setRows(id: number, rows: number, sessionId: string | null): void {
    this.#setRows.run(rows, sessionId, id);
  }

  setState(id: number, state: KnownArchive['state']): void {
    this.#setState.run(state, id);
  }

  remove(id: number): void {
    this.#remove.run(id);
  }

  /** The archives that could not be read, by path. */
  listProblems(): Problem[] {
    return this.#sqlite.prepare<[], Problem>(`${problemSql} ORDER BY "path"`).all();
  }

  /** Why one could not be read. */
  findProblem(path: string): Problem | undefined {
    return this.#sqlite.prepare<[string], Problem>(`${problemSql} AND "path" = ?`).get(path);
  }
}
