import { type JsonObject, numberOf, objectOf } from './json-access.ts';
import type { OpencodeMessage } from './opencode-session.ts';
import type { OpencodeTables, Row } from './opencode-tables.ts';
import { messageOfRow } from './opencode-v2.ts';

type Take = (row: Row) => JsonObject;

/** What a session's first store has told. */
interface Told {
  readonly ids: Set<string>;
  lastMs: number;
}

/**
 * The messages of a session, from both stores. Opencode 2 copies what stands in the first into the second, with less of its
 * times, and goes on there; others write both at once: of the second, what is newer than all of the first.
 */
export function* readMessages(tables: OpencodeTables, id: string, take: Take): Generator<OpencodeMessage> {
  const told: Told = { ids: new Set(), lastMs: 0 };
  if (tables.hasFirstStore) yield* readFirst(tables, id, take, told);
  if (!tables.hasSecondStore) return;
  const message = tables.sqlite.prepare<[string], Row>('SELECT * FROM session_message WHERE id = ?');
  for (const key of newIn(tables, id, told)) {
    const row = message.get(key);
    if (row) yield messageOfRow(take(row));
  }
}

function* readFirst(
  { sqlite }: OpencodeTables,
  id: string,
  take: Take,
  told: Told,
): Generator<OpencodeMessage> {
  const parts = sqlite.prepare<[unknown], Row>('SELECT * FROM part WHERE message_id = ? ORDER BY id');
  const messages = sqlite.prepare<[string], Row>(
    'SELECT * FROM message WHERE session_id = ? ORDER BY time_created, id',
  );
  for (const row of messages.all(id)) {
    const message = { info: take(row), parts: parts.all(row.id).map(take) };
    told.ids.add(String(row.id));
    const { created, completed } = objectOf(message.info.time);
    const times = [row.time_created, row.time_updated, created, completed].map((it) => numberOf(it) ?? 0);
    told.lastMs = Math.max(told.lastMs, ...times);
    yield message;
  }
}

function newIn(tables: OpencodeTables, id: string, { ids, lastMs }: Told): readonly string[] {
  const order = ['seq', 'time_created'].filter((it) => tables.has('session_message', it));
  const created = order.includes('time_created') ? 'time_created' : '0';
  const rows = tables.sqlite
    .prepare<[string], { id: string; createdMs: number }>(
      `SELECT id, ${created} AS createdMs FROM session_message WHERE session_id = ? ORDER BY ${[...order, 'id'].join(', ')}`,
    )
    .all(id);
  const isCopied = rows.some((row) => ids.has(row.id));
  const isNew = (row: { id: string; createdMs: number }) =>
    ids.size === 0 || (!ids.has(row.id) && row.createdMs >= lastMs + Number(isCopied));
  return rows.filter(isNew).map((row) => row.id);
}
