import { createHash } from 'node:crypto';
import { openSync } from 'node:fs';
import { parseOrUndefined, readLines, withFile } from '../log/index.ts';
import type { CodexLine } from './codex-line.ts';
import type { MapContext } from './contract.ts';
import { isObject, type JsonObject, numberOf, objectOf, textOf, timeOf } from './json-access.ts';

export interface CodexIdentity {
  readonly id: string;
  readonly forkedFrom: string | undefined;
  /** The thread that started this one. */
  readonly parent: string | undefined;
  /** When it began. */
  readonly bornMs: number | undefined;
  /** Of its first own line; lines before were its parent's. */
  readonly startOrdinal: number | undefined;
}

/**
 * @param meta A rollout's own header: the first, since that of the thread it was made from may be copied behind it.
 * @param copied The next header, of another one.
 */
export function identityOf(meta: JsonObject, idInName: string, copied?: JsonObject): CodexIdentity {
  const spawn = objectOf(objectOf(objectOf(meta.source).subagent).thread_spawn);
  const parent = textOf(meta.parent_thread_id) ?? textOf(spawn.parent_thread_id);
  // Forks did not always name the one that they were made from: its header is what they begin with.
  const other = parent === undefined ? textOf(copied?.id) : undefined;
  return {
    id: textOf(meta.id) ?? idInName,
    forkedFrom: textOf(meta.forked_from_id) ?? other,
    parent,
    bornMs: timeOf(meta.timestamp),
    startOrdinal:
      numberOf(meta.subagent_history_start_ordinal) ??
      numberOf(objectOf(meta.history_base).end_ordinal_exclusive),
  };
}

/**
 * Tells which lines of a fork, or of a sub-agent, are those of the thread it was made from. Versions tell that in four ways: by
 * numbers of lines, by their times, by a mark behind them, and not at all, where the lines are compared with the other log's.
 */
export class CodexCopies {
  readonly #identity: CodexIdentity;
  readonly #records: Map<string, string[]> | undefined;
  /** Whether there may be any. */
  readonly isChild: boolean;
  /** What is left of the other log's records, to be met again here. */
  #copied: readonly string[];
  #copiedAt = 0;
  /** How many marks are to come, of which the last ends the copy; zero where none does. */
  #marksToCome: number;

  constructor(context: MapContext, identity: CodexIdentity) {
    const { forkedFrom, parent } = identity;
    this.#identity = identity;
    this.#records = context.family.records;
    this.isChild = forkedFrom !== undefined || parent !== undefined;
    this.#copied = (forkedFrom !== undefined && this.#records?.get(forkedFrom)) || [];
    this.#marksToCome = this.isChild ? marksBefore(context, identity.id) : 0;
  }

  isCopied(line: CodexLine): boolean {
    const isHeader = line.type === 'session_meta';
    if (isHeader && line.payload.id === this.#identity.id) return false;
    const print = isHeader || !this.#records ? undefined : printOf(line);
    // Also what was copied here: a fork of this one begins with all of it.
    if (print !== undefined) this.#keep(print);
    if (this.#marksToCome > 0 && isMark(line.type, line.payload)) this.#marksToCome--;
    if (this.#marksToCome > 0 || (this.isChild && this.#isBefore(line))) return true;
    return this.#copiedAt < this.#copied.length && (isHeader || this.#isMetAgain(print));
  }

  #keep(print: string): void {
    const { id } = this.#identity;
    const own = this.#records?.get(id);
    if (own) own.push(print);
    else this.#records?.set(id, [print]);
  }

  #isBefore({ type, payload, ordinal, atMs }: CodexLine): boolean {
    const { id, bornMs, startOrdinal } = this.#identity;
    if (type === 'token_usage_record' && typeof payload.thread_id === 'string')
      return payload.thread_id !== id;
    if (startOrdinal !== undefined && typeof ordinal === 'number') return ordinal < startOrdinal;
    return bornMs !== undefined && atMs !== undefined && atMs < bornMs;
  }

  /** A fork begins with the records of the other one: as long as they are the same, they are its. */
  #isMetAgain(print: string | undefined): boolean {
    if (this.#copied[this.#copiedAt] === print) {
      this.#copiedAt++;
      return true;
    }
    this.#copied = [];
    return false;
  }
}

function printOf({ type, payload }: CodexLine): string {
  return createHash('sha1')
    .update(`${type}${JSON.stringify(payload)}`)
    .digest('base64');
}

function isMark(type: unknown, payload: unknown): boolean {
  return type === 'inter_agent_communication_metadata' && objectOf(payload).trigger_turn === true;
}

const keys = ['"inter_agent_communication_metadata"', '"session_meta"'].map((key) => Buffer.from(key));
const keyBytes = 256;

/**
 * How many marks there are up to the message that has the sub-agent begin: each copied header of another sub-agent has brought
 * the one along that had that one begin. Zero where there is no other's header, or no such message.
 */
function marksBefore({ path }: MapContext, id: string): number {
  let [marks, hasOther, wanted] = [0, false, 1];
  return withFile(openSync(path, 'r'), (file) => {
    for (const { bytes } of readLines(file)) {
      const start = bytes.subarray(0, keyBytes);
      if (!keys.some((key) => start.includes(key))) continue;
      const { type, payload } = objectOf(parseOrUndefined(bytes.toString()));
      if (isMark(type, payload)) marks++;
      if (type === 'session_meta' && isObject(payload) && payload.id !== id) {
        hasOther = true;
        if (identityOf(payload, '').parent !== undefined) wanted++;
      }
      if (hasOther && marks === wanted) return wanted;
    }
    return 0;
  });
}
