import { uptime } from 'node:os';
import type { Database } from '@varve/migrations/internal';
import type { HeadTable } from './head-table.ts';
import { refillSearchIndexes } from './search-index.ts';
import { unifiedIndexDdl } from './unified-ddl.ts';

/**
 * A view is filled for the first time in a way of its own: rows go straight into the file, nothing waits for the disk,
 * and the indexes that keep nothing unique are made at the end. A process that dies loses the batch it was at, as ever.
 * Only a machine that goes down may leave a view that cannot be trusted, so `user_version` says, in minutes, since when
 * a view is being filled; 0 when it is not.
 */
export function beginFilling(sqlite: Database): void {
  sqlite.pragma(`user_version = ${Math.floor(Date.now() / minuteMs)}`);
}

const minuteMs = 60_000;

export function isFilling(sqlite: Database): boolean {
  return readStartMs(sqlite) !== 0;
}

/** True for a view that was being filled when the machine went down. */
export function isTorn(sqlite: Database): boolean {
  const bootedAtMs = Date.now() - uptime() * 1000;
  return isFilling(sqlite) && readStartMs(sqlite) < bootedAtMs;
}

/** Makes what was put off, and all of it durable. */
export function finishFilling(sqlite: Database, tables: readonly HeadTable[]): void {
  if (!isFilling(sqlite)) return;
  sqlite.pragma('synchronous = FULL');
  // The rows of an index are sorted outside of memory, and beside the reading of them.
  sqlite.pragma('temp_store = FILE');
  sqlite.pragma('threads = 1');
  const finish = sqlite.transaction(() => {
    // Another process may have done it since.
    if (isFilling(sqlite)) endFilling(sqlite, tables);
  });
  finish.immediate();
}

/** Inside a transaction. */
export function endFilling(sqlite: Database, tables: readonly HeadTable[]): void {
  for (const statement of tables.flatMap(unifiedIndexDdl)) sqlite.exec(statement);
  refillSearchIndexes(sqlite);
  sqlite.pragma('user_version = 0');
}

function readStartMs(sqlite: Database): number {
  return (sqlite.pragma('user_version', { simple: true }) as number) * minuteMs;
}
