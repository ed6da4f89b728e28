import { openArchive } from '@varve/core';
import type { Lineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';

export type Row = Readonly<Record<string, unknown>>;

/** A session as exports need it: its row, and what stands on the timeline, in order. */
export interface ExportedSession {
  readonly session: Row;
  readonly entries: readonly Entry[];
  readonly modelCalls: ReadonlyMap<number, Row>;
  readonly outputs: readonly Row[];
}

export type Entry =
  | { readonly kind: 'message'; readonly row: Row; readonly parts: readonly Row[] }
  | { readonly kind: 'toolCall'; readonly row: Row; readonly id: string };

/**
 * Reads the standard tables of an archive of any version.
 *
 * @throws TABLE_UNKNOWN where the lineage lacks one of them; the codes of `openArchive`
 */
export function readSession(path: string, lineage: Lineage): ExportedSession {
  using archive = openArchive(path, { lineage });
  const read = (table: string, order: string): Row[] => {
    try {
      return archive.sqlite.prepare(`SELECT * FROM "${table}" ORDER BY ${order}`).all() as Row[];
    } catch (error) {
      throw notStandard(path, table, error);
    }
  };
  const [session] = read('sessions', 'rowid');
  if (!session) throw notStandard(path, 'sessions', undefined);
  const ids = new Set<string>();
  const messages = read('messages', 'seq').map((row) => {
    return { kind: 'message', row, parts: partsOf(row) } as const;
  });
  const calls = read('tool_calls', 'seq').map((row) => {
    return { kind: 'toolCall', row, id: uniqueId(row, ids) } as const;
  });
  const entries = [...messages, ...calls].sort((a, b) => Number(a.row.seq) - Number(b.row.seq));
  const modelCalls = new Map(read('model_calls', 'seq').map((row) => [Number(row.seq), row]));
  return { session, entries, modelCalls, outputs: read('outputs', 'seq') };
}

/** Providers repeat the ids of calls; readers of trajectories pair by them. */
function uniqueId(row: Row, ids: Set<string>): string {
  const told =
    typeof row.tool_call_id === 'string' && row.tool_call_id !== '' ? row.tool_call_id : `call_${row.seq}`;
  const id = ids.has(told) ? `${told}_${row.seq}` : told;
  ids.add(id);
  return id;
}

function partsOf({ parts }: Row): readonly Row[] {
  const list: unknown = jsonOf(parts);
  return Array.isArray(list) ? list : [];
}

/** The value of a JSON column; undefined for NULL. */
export function jsonOf(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : undefined;
}

/** What was said, without reasoning, calls and results. */
export function textOfParts(parts: readonly Row[]): string {
  return parts
    .flatMap(({ type, content }) => (type === 'text' && typeof content === 'string' ? [content] : []))
    .join('\n');
}

export function reasoningOfParts(parts: readonly Row[]): string {
  return parts
    .flatMap(({ type, content }) =>
      type === 'reasoning' && typeof content === 'string' && content !== '' ? [content] : [],
    )
    .join('\n');
}

/** A result as text, as models are given it. */
export function resultText({ result, error_message: message }: Row): string {
  const value = jsonOf(result);
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return typeof message === 'string' ? message : '';
  return JSON.stringify(value);
}

function notStandard(path: string, table: string, cause: unknown): VarveError {
  return new VarveError('TABLE_UNKNOWN', `the archive has no table ${table} with the session's rows`, {
    path,
    hint: 'trajectories are written of the standard tables; export other tables with --format jsonl',
    cause,
  });
}
