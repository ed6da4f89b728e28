import { setTimeout as delay } from 'node:timers/promises';
import { VarveError } from '@varve/schema';

const pollMs = 25;

/** Tries again while somebody else has the thread. What is done then is done at once, before anything else is. */
export async function whileBusy<T, R = T>(
  attempt: () => T,
  busyTimeoutMs: number,
  then: (value: T) => R = (value) => value as unknown as R,
): Promise<R> {
  const endsAtMs = performance.now() + busyTimeoutMs;
  for (;;) {
    const isLast = performance.now() >= endsAtMs;
    const opened = tryWhileBusy(attempt, isLast);
    if (opened) return then(opened.value);
    await delay(pollMs);
  }
}

function tryWhileBusy<T>(attempt: () => T, isLast: boolean): { readonly value: T } | undefined {
  try {
    return { value: attempt() };
  } catch (error) {
    if (isLast || !isCode(error, 'SESSION_LOCKED', 'SESSION_EXISTS', 'FILE_BUSY')) throw error;
    return undefined;
  }
}

export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof VarveError && codes.includes(error.code);
}
