import { createHash } from 'node:crypto';
import type { PastSessions } from './contract.ts';
import { isObject, numberOf } from './json-access.ts';
import type { OpencodeTables, Row } from './opencode-tables.ts';
import { RestLooks } from './rest-looks.ts';

/** What a session's rows were, told without reading them. */
interface SessionPrint {
  /** Of its own row, and of how many there are in each table, and up to which. */
  readonly counts: string;
  /** When the last of them was changed; undefined where they do not tell. */
  readonly changed?: string | undefined;
  /** When that was looked at. */
  readonly lookedMs: number;
  readonly newestMs: number;
  /** A call of a tool has not ended. */
  readonly isOpen: boolean;
}

/** Opencode changes rows in their places while it works on a session, and a little after that. */
const restlessMs = 3_600_000;

/**
 * Tells by indexes alone whether a session is as it was: it costs a hundredth of reading it. A session that was at rest when it
 * was read comes to life with rows of its own; of one that was not, the times of its rows are looked at, and of those at rest
 * as often as that costs little.
 */
export class OpencodePrints {
  readonly #tables: OpencodeTables;
  readonly #sources: readonly string[] | undefined;
  readonly #changedOf: readonly string[] | undefined;
  readonly #looks = new RestLooks();

  constructor(tables: OpencodeTables) {
    this.#tables = tables;
    const names = ['message', 'part', 'session_message'].filter((name) => tables.has(name));
    const sources = names.map((name) => sourceOf(tables, name));
    this.#sources = sources.map(
      (source) => `SELECT count(*) || ' ' || ifnull(max(t.rowid), '') FROM ${source}`,
    );
    const haveTimes = names.every((name) => tables.has(name, 'time_updated'));
    this.#changedOf = haveTimes ? sources.map((it) => `SELECT max(t.time_updated) FROM ${it}`) : undefined;
  }

  /** Whether an earlier import read the session as it is now. */
  isKnown(row: Row, past: PastSessions): boolean {
    const id = String(row.id);
    const before = past.get(id);
    if (!isPrint(before) || before.counts !== this.#countsOf(row)) return false;
    const isRestless = before.isOpen || isRecent(before.newestMs);
    if (before.changed === undefined) {
      if (!isRestless) past.leave(id, before);
      return !isRestless;
    }
    const isLooked = isRestless || this.#looks.mayLook(rowsIn(before), before.lookedMs);
    if (isLooked && before.changed !== this.#changedAt(id)) return false;
    past.leave(id, isLooked ? { ...before, lookedMs: Date.now() } : before);
    return true;
  }

  /** What to keep of a session that was read. */
  take(row: Row, { newestMs, isOpen }: { newestMs: number; isOpen: boolean }): SessionPrint | undefined {
    const counts = this.#countsOf(row);
    if (counts === undefined) return undefined;
    const changed = this.#changedAt(String(row.id));
    return { counts, newestMs, isOpen, lookedMs: Date.now(), ...(changed !== undefined && { changed }) };
  }

  /** When a row was changed last; in the far future where it does not tell. */
  newestOf({ time_created, time_updated }: Row): number {
    return numberOf(time_updated) ?? numberOf(time_created) ?? Number.MAX_SAFE_INTEGER;
  }

  #countsOf(row: Row): string | undefined {
    const hash = createHash('sha256').update(JSON.stringify(row)).digest('base64');
    const counts = this.#ask(this.#sources, String(row.id));
    return counts && `${hash} ${counts}`;
  }

  #changedAt(id: string): string | undefined {
    return this.#ask(this.#changedOf, id);
  }

  #ask(queries: readonly string[] | undefined, id: string): string | undefined {
    return queries
      ?.map((sql) => this.#tables.sqlite.prepare<[string], string | number>(sql).pluck().get(id) ?? '')
      .join(' ');
  }
}

/** A table's rows of one session, by an index. */
export function sourceOf(tables: OpencodeTables, name: string): string {
  const isByMessage = name === 'part' && !tables.hasIndex('part', 'session_id');
  if (!isByMessage) return `${name} AS t WHERE t.session_id = ?`;
  return 'message AS m CROSS JOIN part AS t ON t.message_id = m.id WHERE m.session_id = ?';
}

function isRecent(ms: number): boolean {
  return Date.now() - ms < restlessMs;
}

/** The counts in it; between them stand the hash and the greatest rowids. */
function rowsIn({ counts }: SessionPrint): number {
  return counts.split(' ').reduce((sum, count, at) => (at % 2 === 1 ? sum + Number(count) : sum), 0);
}

function isPrint(value: unknown): value is SessionPrint {
  return isObject(value) && typeof value.counts === 'string';
}
