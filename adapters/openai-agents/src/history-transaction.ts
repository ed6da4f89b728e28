import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { SessionHistoryTransactionArgs } from '@openai/agents';
import { type JsonValue, toJson, VarveError } from '@varve/schema';
import type { Conversation } from './conversation.ts';

/** @throws HISTORY_CONFLICT, and nothing has changed */
export function applyTransaction(
  conversation: Conversation,
  { operationId, transaction }: SessionHistoryTransactionArgs,
): void {
  const digest = digestOf(transaction);
  const applied = conversation.applied(operationId);
  if (applied === digest) return;
  const { path } = conversation.session;
  if (typeof operationId !== 'string' || operationId.trim() === '')
    throw conflict(path, 'a transaction needs an operation id');
  if (applied !== undefined) throw conflict(path, 'another transaction was applied under this operation id');
  const told = { operationId, digest };
  if (transaction.type === 'append_items') {
    conversation.replaceLast(0, transaction.items, 'transaction', told);
  } else if (transaction.type === 'replace_suffix') {
    const { expectedSuffix, replacement } = transaction;
    const { length } = expectedSuffix;
    const actual = conversation.last(length);
    if (length > conversation.length || !isDeepStrictEqual(toJson(actual), toJson(expectedSuffix)))
      throw conflict(path, 'the conversation does not end as the transaction expects');
    conversation.replaceLast(length, replacement, 'transaction', told);
  } else throw conflict(path, 'a transaction of this type is unknown');
  conversation.remember(operationId, digest);
}

function conflict(path: string, message: string): VarveError {
  return new VarveError('HISTORY_CONFLICT', message, {
    path,
    hint: 'read the items again, and make the change for what they are now',
  });
}

function digestOf(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(toJson(value))))
    .digest('hex');
}

/** The same for objects whose keys stand in another order. */
function sorted(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
