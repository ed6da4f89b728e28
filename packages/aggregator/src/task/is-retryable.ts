import { type ErrorCode, VarveError } from '@varve/schema';

/** What may be otherwise the next time, without anybody having done anything. */
const passing: ReadonlySet<ErrorCode> = new Set([
  'FILE_BUSY',
  'FILE_CHANGED',
  'INTERRUPTED',
  'SESSION_LIVE',
  'SESSION_LOCKED',
  'STORE_BUSY',
  'STORE_CHANGED',
  'STORE_TORN',
  'STORE_UNREACHABLE',
  'WAREHOUSE_UNREACHABLE',
]);

/**
 * Whether a queue should try a task again: true for what passes by itself, for credentials that have expired, since they
 * are renewed by others, and for what is no error of varve's, as a worker without memory.
 *
 * @example
 * ```ts
 * import { isRetryable } from '@varve/aggregator';
 * import { VarveError } from '@varve/schema';
 *
 * const busy = new VarveError('STORE_BUSY', 'the store asks for fewer requests', { hint: 'wait' });
 * const broken = new VarveError('FILE_CORRUPT', 'the database is damaged', { hint: 'restore it' });
 * console.log(isRetryable(busy), isRetryable(broken)); // true false
 * ```
 */
export function isRetryable(error: unknown): boolean {
  if (!(error instanceof VarveError)) return true;
  return passing.has(error.code) || (error.code === 'STORE_DENIED' && /Expired/.test(error.message));
}
