import { VarveError } from '@varve/schema/errors';
import { fileError, type Leftover, lockSuffix, lstatOf, removeWork, workFile } from '../file/index.ts';
import { acquireWriterLock, type SharableLock } from '../lock/index.ts';

/** Runs work on a file that no session and no other upgrade has open meanwhile. @throws SESSION_LIVE */
export async function withUpgradeLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const lock = acquireUpgradeLock(file);
  try {
    return await work();
  } catch (error) {
    throw fileError(error, file, 'write');
  } finally {
    underWay.delete(lock);
    lock.release();
  }
}

/** The locks of the upgrades under way here share a file: to make one takes a tenth of a small upgrade's time. */
const underWay = new Set<SharableLock>();

function acquireUpgradeLock(file: string): SharableLock {
  try {
    const [other] = underWay;
    const lock = other?.share(file) ?? acquireWriterLock(file, 0);
    underWay.add(lock);
    return lock;
  } catch (error) {
    if (!(error instanceof VarveError)) throw error;
    throw error.code === 'SESSION_LOCKED'
      ? liveError(file, error.details)
      : fileError(error.cause ?? error, file, 'write');
  }
}

export function liveError(path: string, details: Readonly<Record<string, unknown>>): VarveError {
  return new VarveError('SESSION_LIVE', 'a writer or another upgrade has the file open', {
    path,
    hint: 'close or seal the session first; openSession brings a live session to head',
    details,
  });
}

/** Removes what a killed upgrade left of a file whose rename it had done, or that another run upgraded. */
export async function removeOwnLeftovers(file: string): Promise<void> {
  const work = workFile(file, 'upgrading');
  if (lstatOf(work) || lstatOf(file + lockSuffix)) await removeLeftover({ work, of: file });
}

/**
 * Removes what a killed upgrade left, whosever it was: of a file that is there, or that is gone.
 *
 * @throws SESSION_LIVE when an upgrade is under way
 */
export async function removeLeftover({ work, of }: Leftover): Promise<void> {
  await withUpgradeLock(of, async () => removeWork(work));
}
