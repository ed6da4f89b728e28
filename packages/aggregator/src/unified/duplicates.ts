import { existsSync } from 'node:fs';
import { hashFile } from '@varve/core/internal';
import type { Database, Statement } from '@varve/migrations/internal';
import { type FoundFile, sidecarSuffixes } from '../find/index.ts';
import type { StateRelation } from './session-states.ts';

/** An archive that holds nothing that another does not hold as well, of the same session. */
export interface Duplicate {
  readonly path: string;
  readonly sessionId: string;
  /** The archive whose rows are counted. */
  readonly keptPath: string;
}

/** Archives that claim one session, each with rows that contradict the others': all are counted. */
export interface SessionClash {
  readonly sessionId: string;
  /** Sorted. */
  readonly paths: readonly string[];
}

interface Candidate {
  readonly id: number;
  readonly path: string;
  readonly sizeBytes: number;
  readonly sessionId: string;
  readonly state: 'unified' | 'gone';
}

/** Tells how one archive's rows stand to another's, by their ids. */
export type CompareStates = (one: Candidate, other: Candidate) => StateRelation;

/** The newest first; of two as new, one that is there before one that is gone; then the path decides. */
const candidatesSql = `SELECT "id", "path", "size_bytes" AS sizeBytes, "session_id" AS sessionId, "state" FROM main."_archives"
  WHERE "session_id" = (SELECT "session_id" FROM main."_archives" WHERE "id" = ?) AND "state" IN ('unified', 'gone')
  ORDER BY "mtime_ms" DESC, "state" = 'gone', "path"`;

/** Archives to read again: what was counted instead of them is gone, changed, or failed. */
const orphansSql = `SELECT "path" FROM main."_archives" AS duplicate WHERE "state" = 'duplicate' AND (
    "mtime_ms" < 0 OR NOT EXISTS (SELECT 1 FROM main."_archives" AS kept
      WHERE kept."session_id" = duplicate."session_id" AND kept."state" IN ('unified', 'gone')))
  ORDER BY "path"`;

const forgetSql = `UPDATE main."_archives" SET "mtime_ms" = -1 WHERE "state" = 'duplicate' AND "session_id" =
  (SELECT "session_id" FROM main."_archives" WHERE "id" = ? AND "state" IN ('unified', 'gone'))`;

const listSql = `SELECT duplicate."path", duplicate."session_id" AS sessionId, min(kept."path") AS keptPath
  FROM main."_archives" AS duplicate JOIN main."_archives" AS kept
    ON kept."session_id" = duplicate."session_id" AND kept."state" IN ('unified', 'gone')
  WHERE duplicate."state" = 'duplicate' GROUP BY duplicate."id" ORDER BY duplicate."path"`;

const clashesSql = `SELECT "session_id" AS sessionId, json_group_array("path" ORDER BY "path") AS paths FROM main."_archives"
  WHERE "state" IN ('unified', 'gone') AND "session_id" GLOB '????????-????-????-????-????????????'
  GROUP BY "session_id" HAVING count(*) > 1 ORDER BY "session_id"`;

const sameSizeSql = `SELECT 1 FROM main."_archives" WHERE "size_bytes" = ? AND "path" <> ?`;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Of the files looked at last. */
const mostHashes = 10_000;

/** More archives of one session than anybody has copies. */
const mostCompared = 20;

/**
 * Counts each session once, though several archives hold it: a copy of the same bytes, or another state of a session
 * whose id is a UUID. Different sessions that share an id, as 1 or `main`, are never taken for one.
 */
export class Duplicates {
  readonly #compare: CompareStates;
  readonly #candidates: Statement<[number], Candidate>;
  readonly #orphans: Statement<[], string>;
  readonly #list: Statement<[], Duplicate>;
  readonly #clashes: Statement<[], { sessionId: string; paths: string }>;
  readonly #forget: Statement<[number]>;
  readonly #sameSize: Statement<[number, string]>;
  readonly #hashes = new Map<string, string | undefined>();

  constructor(sqlite: Database, compare: CompareStates = () => 'other') {
    this.#compare = compare;
    this.#candidates = sqlite.prepare(candidatesSql);
    this.#orphans = sqlite.prepare<[], string>(orphansSql).pluck();
    this.#list = sqlite.prepare(listSql);
    this.#clashes = sqlite.prepare(clashesSql);
    this.#forget = sqlite.prepare(forgetSql);
    this.#sameSize = sqlite.prepare(sameSizeSql);
  }

  /**
   * Reads the bytes of files that may be copies of others, before any of them is attached: closing a file drops the
   * locks that this process has on it. Source: https://www.sqlite.org/howtocorrupt.html §2.2
   */
  lookAt(files: readonly FoundFile[]): void {
    // Those of the batch at hand stay: they cannot be read once they are attached.
    if (this.#hashes.size > mostHashes) this.#hashes.clear();
    const sizes = Map.groupBy(files, ({ sizeBytes }) => sizeBytes);
    for (const { path, sizeBytes, sidecars, etag } of files) {
      if (etag !== undefined) {
        this.#hashes.set(path, etag);
        continue;
      }
      const isAlone = sizes.get(sizeBytes)?.length === 1 && this.#sameSize.get(sizeBytes, path) === undefined;
      // A session may be open in this process.
      this.#hashes.set(path, isAlone || sidecars.length > 0 ? undefined : tryHash(path));
    }
  }

  /** The archives whose rows must go now that this one has been read: it may be itself. */
  findSuperseded(id: number): Candidate[] {
    const candidates = this.#candidates.all(id).slice(0, mostCompared);
    const own = candidates.find((candidate) => candidate.id === id);
    if (!own) return [];
    const superseded: Candidate[] = [];
    for (const other of candidates.filter((candidate) => candidate !== own)) {
      const relation = this.#relate(own, other);
      const isNewer = candidates.indexOf(own) < candidates.indexOf(other);
      if (relation === 'earlier' || (relation === 'same' && !isNewer)) return [own];
      if (relation !== 'other') superseded.push(other);
    }
    return superseded;
  }

  #relate(own: Candidate, other: Candidate): StateRelation {
    if (uuid.test(own.sessionId)) return this.#areCopies(own, other) ? 'same' : this.#compare(own, other);
    if (other.state === 'gone') return this.#compare(own, other) === 'same' ? 'same' : 'other';
    if (own.sizeBytes !== other.sizeBytes) return 'other';
    const [hash, otherHash] = [own, other].map(({ path }) => this.#hash(path));
    if (hash !== undefined && otherHash !== undefined) return hash === otherHash ? 'same' : 'other';
    // An object in a bucket is not there any more when it is compared: rows of the same size and cells are a copy's.
    return this.#compare(own, other) === 'same' ? 'same' : 'other';
  }

  /** As far as that is known without reading them again. */
  #areCopies(own: Candidate, other: Candidate): boolean {
    const hash = this.#hashes.get(own.path);
    return hash !== undefined && own.sizeBytes === other.sizeBytes && hash === this.#hashes.get(other.path);
  }

  #hash(path: string): string | undefined {
    if (!this.#hashes.has(path)) this.#hashes.set(path, isAtRest(path) ? tryHash(path) : undefined);
    return this.#hashes.get(path);
  }

  /** Lets the archives that were not counted because of this one be read again. */
  forget(id: number): void {
    this.#forget.run(id);
  }

  listOrphans(): Set<string> {
    return new Set(this.#orphans.all());
  }

  /** Sorted by path. */
  list(): Duplicate[] {
    return this.#list.all();
  }

  /** Sorted by session. */
  listClashes(): SessionClash[] {
    return this.#clashes.all().map(({ sessionId, paths }) => ({ sessionId, paths: JSON.parse(paths) }));
  }
}

function isAtRest(path: string): boolean {
  return !sidecarSuffixes.some((suffix) => existsSync(path + suffix));
}

/** Undefined for a file that cannot be read: whoever reads its rows says why. */
function tryHash(path: string): string | undefined {
  try {
    return hashFile(path);
  } catch {
    return undefined;
  }
}
