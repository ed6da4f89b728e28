import { type Lineage, replayMigrations, type TableModule } from '@varve/migrations';
import { assertIdentified, identifyFile, registerFunctions } from '@varve/migrations/internal';
import { assertShape, assertWholePages, type Database, onFile, openDatabase } from '../file/index.ts';
import type { WriterLock } from '../lock/index.ts';
import { assertNotReadThroughLink } from '../source/index.ts';
import type { Newborn } from './newborn.ts';
import type { RecordOptions } from './record-options.ts';
import { Session } from './session.ts';

export interface OpenWriterOptions<TTables extends TableModule> extends RecordOptions {
  readonly path: string;
  readonly lineage: Lineage<TTables>;
  readonly lock: WriterLock;
  readonly busyTimeoutMs?: number;
  /** It was just made, and nobody else can have written it. */
  readonly isAtHead?: boolean;
  readonly newborn?: Newborn | undefined;
}

/**
 * Opens a file that the caller has the writer lock of, at head, every commit durable as told. The migrations run before the
 * journal mode is touched: a file that cannot be brought to head stays as it is.
 */
export function openWriter<TTables extends TableModule>(
  options: OpenWriterOptions<TTables>,
): Session<TTables> {
  const { path, lineage, lock, newborn } = options;
  assertNotReadThroughLink(path);
  const sqlite = openDatabase(path, options);
  try {
    onFile(path, () => {
      registerFunctions(sqlite, lineage);
      if (!options.isAtHead) bringToHead(sqlite, lineage, path);
      sqlite.exec(`PRAGMA journal_mode = WAL; ${syncPragma(options)}; PRAGMA foreign_keys = ON`);
    });
    return new Session({ path, lineage, sqlite, lock, options, newborn });
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

/** The first commit to a new file makes its WAL, and waits for the disk: `WalSync` does that aside, and ends this. */
function syncPragma({ durability = 'power', isAtHead }: RecordOptions & { isAtHead?: boolean }): string {
  if (durability === 'power') return 'PRAGMA synchronous = FULL';
  if (!isAtHead) return 'PRAGMA synchronous = NORMAL';
  return 'PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0';
}

function bringToHead(sqlite: Database, lineage: Lineage, path: string): void {
  const identity = identifyFile(sqlite, lineage);
  assertWholePages(sqlite, path);
  assertIdentified(identity, lineage, path);
  assertShape(sqlite, lineage, identity.version, path);
  if (identity.version < lineage.migrations.length) replayMigrations(sqlite, lineage, path);
}
