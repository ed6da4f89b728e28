import type { Lineage, TableModule } from '@varve/migrations';
import type { SessionStatus } from '@varve/schema';
import {
  assertNameIsFree,
  assertSound,
  type Database,
  durableFs,
  leaveWal,
  moveInto,
  onFile,
} from '../file/index.ts';
import type { KeyLayout } from '../store/index.ts';
import { endSession, keepEnd, readSessionStatus } from './end-session.ts';
import { interruptCalls } from './interrupt-calls.ts';
import type { RecordOptions } from './record-options.ts';

export interface SealOptions {
  /** How the session ended. Unless given, a session that is still `running` becomes `completed`. */
  readonly status?: Exclude<SessionStatus, 'running'>;
  /** What to do about calls that have begun and not ended: `interrupt` marks them so. Unless given, nothing is sealed. */
  readonly underWay?: 'interrupt';
}

/** Into a bucket. */
export interface StoreSealOptions extends SealOptions {
  /** The folder that holds the archive until the bucket does; `outbox` beside the session unless given. */
  readonly outbox?: string;
  /** Where below the prefix it lies: `date` unless given. */
  readonly layout?: KeyLayout;
}

interface Markable {
  readonly path: string;
  readonly sqlite: Database;
  readonly lineage: Lineage<TableModule>;
}

interface Sealable extends Markable {
  readonly options: RecordOptions;
  /** Closes the connection and keeps the writer lock. */
  closeFile(): void;
}

/** See `Session.seal`. The caller holds the writer lock until this returns. */
export function sealFile(session: Sealable, archiveDir: string, options: SealOptions): string {
  const { path, sqlite } = session;
  const takeBack = markSealed(session, archiveDir, options);
  onFile(path, () => {
    try {
      leaveWal(sqlite, path);
    } catch (error) {
      sqlite.pragma('journal_mode = WAL');
      takeBack();
      throw error;
    }
  });
  session.closeFile();
  const isOldNameSlow = session.options.durability === 'process';
  return onFile(path, () => moveInto(path, archiveDir, { isOnDisk: true, isOldNameSlow }), 'write');
}

/** The begin of a seal: the session's row says how it ended. Returns what takes that back. */
export function markSealed(session: Markable, archiveDir: string, { status }: SealOptions): () => void {
  const { path, sqlite, lineage } = session;
  onFile(archiveDir, () => durableFs.makeDir(archiveDir), 'write');
  assertNameIsFree(path, archiveDir);
  return onFile(path, () => {
    assertSound(sqlite, path);
    // While there is a WAL, into which a commit costs least.
    const takeBack = keepEnd(sqlite, lineage.tables);
    markEnded(sqlite, lineage.tables, status);
    return takeBack;
  });
}

function markEnded(sqlite: Database, tables: TableModule, status: SealOptions['status']): void {
  // Who has left a transaction open is told so when the file cannot leave WAL mode.
  const isWithin = sqlite.inTransaction;
  if (!isWithin) sqlite.exec('BEGIN IMMEDIATE');
  try {
    interruptCalls(sqlite, tables);
    const isRunning = readSessionStatus(sqlite, tables) === 'running';
    if (status || isRunning)
      endSession(sqlite, tables, { status: status ?? 'completed', endedAtMs: Date.now() });
    if (!isWithin) sqlite.exec('COMMIT');
  } catch (error) {
    if (!isWithin && sqlite.inTransaction) sqlite.exec('ROLLBACK');
    throw error;
  }
}
