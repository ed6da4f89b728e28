import { sourceOf } from './opencode-prints.ts';
import type { OpencodeTables } from './opencode-tables.ts';

interface Start {
  readonly child: string | null;
  readonly call: string | null;
}

/**
 * Names the calls that started sessions: a call's result, or what is known of it, names the session that it started. One that
 * was gone on with by another call was started by the first.
 */
export class OpencodeParents {
  readonly #tables: OpencodeTables;
  readonly #queries: readonly string[];
  /** Of the parent that was asked for last: its children are asked for one after the other. */
  #parent: string | undefined;
  #calls = new Map<string, string>();

  constructor(tables: OpencodeTables) {
    this.#tables = tables;
    this.#queries = [
      ...(tables.hasFirstStore ? [firstStarts(tables)] : []),
      ...(tables.hasSecondStore ? [secondStarts] : []),
    ];
  }

  /** The id of the call in the parent's session; undefined where it names none. */
  callOf(child: string, parent: string): string | undefined {
    if (this.#parent !== parent) this.#read(parent);
    return this.#calls.get(child);
  }

  #read(parent: string): void {
    this.#parent = parent;
    this.#calls = new Map();
    for (const sql of this.#queries) {
      for (const { child, call } of this.#tables.sqlite.prepare<[string], Start>(sql).iterate(parent)) {
        const isStart = typeof child === 'string' && typeof call === 'string' && !this.#calls.has(child);
        if (isStart) this.#calls.set(child, call);
      }
    }
  }
}

/** By either of the names that opencode has given it. */
function sessionIn(json: string, holders: readonly string[]): string {
  const paths = holders.flatMap((it) => [`'$.state.${it}.sessionId'`, `'$.state.${it}.sessionID'`]);
  return `coalesce(${paths.map((path) => `${json} ->> ${path}`).join(', ')})`;
}

/** What is no JSON must not be asked. */
function valid(json: string): string {
  return `CASE WHEN json_valid(${json}) THEN ${json} END`;
}

function firstStarts(tables: OpencodeTables): string {
  return `SELECT ${sessionIn('part', ['metadata'])} AS child, part ->> '$.callID' AS call
    FROM (SELECT ${valid('t.data')} AS part FROM ${sourceOf(tables, 'part')} ORDER BY t.id) WHERE part ->> '$.type' = 'tool'`;
}

const secondStarts = `SELECT ${sessionIn('part.value', ['structured', 'metadata'])} AS child, part.value ->> '$.id' AS call
  FROM (SELECT ${valid('data')} AS message FROM session_message WHERE session_id = ? AND type = 'assistant' ORDER BY id),
    json_each(message, '$.content') AS part
  WHERE part.type = 'object' AND part.value ->> '$.type' = 'tool'`;
