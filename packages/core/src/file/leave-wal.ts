import { VarveError } from '@varve/schema/errors';
import { dropIdleJournal } from './drop-idle-journal.ts';
import { durableFs } from './durable-fs.ts';
import { type Database, isBusy } from './open-database.ts';

/**
 * `isCopied` says that the file has all that the WAL holds, and that on the disk: to empty the WAL first then costs a disk
 * more than all the rest.
 *
 * @throws FILE_BUSY while another connection has the file open, or a transaction is open on this one
 */
export function leaveWal(sqlite: Database, path: string, { isCopied = false } = {}): void {
  const isFree = !sqlite.inTransaction && (isCopied || isEmptied(sqlite));
  // What is written then are some of the first hundred bytes, which come together: no journal, and its four syncs.
  if (!isFree || !hasLeft(sqlite)) throw inUseError(path);
  sqlite.pragma('journal_mode = DELETE');
  dropIdleJournal(sqlite);
  // They hold nothing by now. SQLite says nothing when it cannot remove them.
  for (const suffix of ['-wal', '-shm']) durableFs.remove(sqlite.name + suffix);
}

function isEmptied(sqlite: Database): boolean {
  const [checkpoint] = sqlite.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
  return checkpoint?.busy === 0;
}

function hasLeft(sqlite: Database): boolean {
  try {
    return sqlite.pragma('journal_mode = MEMORY', { simple: true }) === 'memory';
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  }
}

function inUseError(path: string): VarveError {
  return new VarveError(
    'FILE_BUSY',
    'the file cannot leave WAL mode while another connection or a transaction uses it',
    {
      path,
      hint: 'close its readers and finish its transaction, then seal again; the session is still open',
    },
  );
}
