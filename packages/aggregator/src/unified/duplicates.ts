import type { Database, Statement } from '@varve/migrations/internal';

/** An archive whose session a newer one holds as well. */
export interface Duplicate {
  readonly path: string;
  readonly sessionId: string;
  /** The archive whose rows are counted. */
  readonly keptPath: string;
}

interface Candidate {
  readonly id: number;
  readonly state: 'unified' | 'gone';
}

/** The newest first; of two as new, one that is there before one that is gone; then the path decides. */
const candidatesSql = `SELECT "id", "state" FROM main."_archives"
  WHERE "session_id" = (SELECT "session_id" FROM main."_archives" WHERE "id" = ?) AND "state" IN ('unified', 'gone')
  ORDER BY "mtime_ms" DESC, "state" = 'gone', "path"`;

/** Per session without rows, the archive to read again: what was counted instead of it is gone, or failed. */
const orphansSql = `SELECT "path" FROM (
    SELECT "path", row_number() OVER (PARTITION BY "session_id" ORDER BY "mtime_ms" DESC, "path") AS place
    FROM main."_archives" AS duplicate WHERE "state" = 'duplicate' AND NOT EXISTS (
      SELECT 1 FROM main."_archives" AS kept
      WHERE kept."session_id" = duplicate."session_id" AND kept."state" IN ('unified', 'gone')))
  WHERE place = 1`;

const listSql = `SELECT duplicate."path", duplicate."session_id" AS sessionId, kept."path" AS keptPath
  FROM main."_archives" AS duplicate JOIN main."_archives" AS kept
    ON kept."session_id" = duplicate."session_id" AND kept."state" IN ('unified', 'gone')
  WHERE duplicate."state" = 'duplicate' ORDER BY duplicate."path"`;

/** Counts each session once, though several archives hold it: a copy, or one that was archived again. */
export class Duplicates {
  readonly #candidates: Statement<[number], Candidate>;
  readonly #orphans: Statement<[], string>;
  readonly #list: Statement<[], Duplicate>;

  constructor(sqlite: Database) {
    this.#candidates = sqlite.prepare(candidatesSql);
    this.#orphans = sqlite.prepare<[], string>(orphansSql).pluck();
    this.#list = sqlite.prepare(listSql);
  }

  /** The archives, by id, whose rows must go now that this one has been read: it may be itself. */
  findSuperseded(id: number): Candidate[] {
    return this.#candidates.all(id).slice(1);
  }

  listOrphans(): Set<string> {
    return new Set(this.#orphans.all());
  }

  /** Sorted by path. */
  list(): Duplicate[] {
    return this.#list.all();
  }
}
