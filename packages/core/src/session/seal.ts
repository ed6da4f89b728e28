import type { Lineage, TableModule } from '@varve/migrations';
import { type SessionStatus, VarveError } from '@varve/schema';
import { durableFs } from '../file/durable-fs.ts';
import { onFile } from '../file/file-error.ts';
import { assertNameIsFree, moveInto } from '../file/move-into.ts';
import type { Database } from '../file/open-database.ts';
import { endSession, readSessionStatus } from './end-session.ts';

export interface SealOptions {
  /** How the session ended. Unless given, a session that is still `running` becomes `completed`. */
  readonly status?: Exclude<SessionStatus, 'running'>;
}

interface Sealable {
  readonly path: string;
  readonly sqlite: Database;
  readonly lineage: Lineage<TableModule>;
  /** Closes the connection and keeps the writer lock. */
  closeFile(): void;
}

/** See `Session.seal`. The caller holds the writer lock until this returns. */
export function sealFile(session: Sealable, archiveDir: string, { status }: SealOptions): string {
  const { path, sqlite, lineage } = session;
  onFile(archiveDir, () => durableFs.makeDir(archiveDir), 'write');
  assertNameIsFree(path, archiveDir);
  onFile(path, () => {
    try {
      leaveWal(sqlite, path);
      assertSound(sqlite, path);
      markEnded(sqlite, lineage.tables, status);
    } catch (error) {
      sqlite.pragma('journal_mode = WAL');
      throw error;
    }
  });
  session.closeFile();
  return onFile(path, () => moveInto(path, archiveDir), 'write');
}

function markEnded(sqlite: Database, tables: TableModule, status: SealOptions['status']): void {
  const isRunning = readSessionStatus(sqlite, tables) === 'running';
  if (status || isRunning)
    endSession(sqlite, tables, { status: status ?? 'completed', endedAtMs: Date.now() });
}

/** @throws FILE_BUSY while another connection has the file open, or a transaction is open on this one */
export function leaveWal(sqlite: Database, path: string): void {
  const [checkpoint] = sqlite.inTransaction
    ? []
    : (sqlite.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]);
  const isLeft =
    checkpoint?.busy === 0 && sqlite.pragma('journal_mode = DELETE', { simple: true }) === 'delete';
  if (!isLeft) throw inUseError(path);
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

/** @throws FILE_CORRUPT */
export function assertSound(sqlite: Database, path: string, schema = 'main'): void {
  const [first] = sqlite.pragma(`${schema}.quick_check(1)`) as { quick_check: string }[];
  if (first?.quick_check === 'ok') return;
  throw new VarveError('FILE_CORRUPT', `the database is damaged: ${first?.quick_check}`, {
    path,
    hint: 'restore it from a backup, or try to rescue its rows with the ".recover" command of the sqlite3 shell',
  });
}
