import { VarveError } from '@varve/schema/errors';
import { durableFs } from './durable-fs.ts';
import type { Database } from './open-database.ts';

/** @throws FILE_BUSY while another connection has the file open, or a transaction is open on this one */
export function leaveWal(sqlite: Database, path: string): void {
  const [checkpoint] = sqlite.inTransaction
    ? []
    : (sqlite.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]);
  // What is written then are some of the first hundred bytes, which come together: no journal, and its four syncs.
  const isLeft =
    checkpoint?.busy === 0 && sqlite.pragma('journal_mode = MEMORY', { simple: true }) === 'memory';
  if (!isLeft) throw inUseError(path);
  sqlite.pragma('journal_mode = DELETE');
  // They hold nothing by now. SQLite says nothing when it cannot remove them.
  for (const suffix of ['-wal', '-shm']) durableFs.remove(sqlite.name + suffix);
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
