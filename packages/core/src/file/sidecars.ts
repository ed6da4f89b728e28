import { type BigIntStats, statSync } from 'node:fs';

/** What SQLite leaves beside a file that was not closed: commits not yet in it, or the way back from half a commit. */
export const leftoverSuffixes = ['-wal', '-journal'] as const;

/** The writer lock of a session lies beside it under this ending. */
export const lockSuffix = '-lock';

/** Undefined for a file that is not there. */
export function statOf(path: string): BigIntStats | undefined {
  return unlessTooLong(() => statSync(path, { bigint: true, throwIfNoEntry: false }));
}

/** Beside a file whose name is as long as names can be nothing lies under a longer one. */
export function unlessTooLong<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENAMETOOLONG') return undefined;
    throw error;
  }
}
