import type { ReadonlyDb } from '@varve/core';
import { unfoldTexts } from '@varve/core/internal';
import type { JsonValue } from '@varve/schema';
import type { SessionStoreEntry } from './sdk-types.ts';
import type { StandardTables } from './standard-tables.ts';

/** The entries of a transcript, in the order in which they came. */
export function readEntries(
  db: Pick<ReadonlyDb<StandardTables>, 'select'>,
  tables: StandardTables,
): SessionStoreEntry[] {
  const { messages, intermediateResults } = tables;
  const said = db
    .select({ seq: messages.seq, parts: messages.parts, metadata: messages.metadata })
    .from(messages)
    .all()
    .map(({ seq, parts, metadata }) => ({ seq, entry: unfoldTexts(metadata?.entry as JsonValue, parts) }));
  const kept = db
    .select({ seq: intermediateResults.seq, entry: intermediateResults.value })
    .from(intermediateResults)
    .all();
  const rows: { seq: number; entry: unknown }[] = [...said, ...kept];
  return rows.sort((a, b) => a.seq - b.seq).map(({ entry }) => entry as SessionStoreEntry);
}
