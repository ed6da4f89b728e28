import { type BigIntStats, statSync } from 'node:fs';

/** What SQLite leaves beside a file that was not closed: commits not yet in it, or the way back from half a commit. */
export const leftoverSuffixes = ['-wal', '-journal'] as const;

/** The writer lock of a session lies beside it under this ending. */
export const lockSuffix = '-lock';

/** Undefined for a file that is not there. */
export function statOf(path: string): BigIntStats | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false });
}
