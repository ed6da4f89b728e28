import { quoteIdentifier, type TableModule } from '@varve/migrations';
import type { SessionStatus } from '@varve/schema';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from './open-database.ts';

/**
 * Writes how and when the session ended into its row, where the lineage has a table for that. Without a status, a
 * session that somebody has ended already stays as it is.
 */
export function endSession(sqlite: Database, tables: TableModule, status: SessionStatus | undefined): void {
  const { sessions } = tables;
  if (!is(sessions, SQLiteTable)) return;
  const { status: statusColumn, endedAtMs } = getTableColumns(sessions);
  const assignments: string[] = [];
  const values: (string | number)[] = [];
  if (statusColumn) {
    const column = quoteIdentifier(statusColumn.name);
    assignments.push(status ? `${column} = ?` : `${column} = iif(${column} = 'running', ?, ${column})`);
    values.push(status ?? 'completed');
  }
  if (endedAtMs) {
    const column = quoteIdentifier(endedAtMs.name);
    assignments.push(`${column} = coalesce(${column}, ?)`);
    values.push(Date.now());
  }
  if (assignments.length === 0) return;
  sqlite
    .prepare(`UPDATE ${quoteIdentifier(getTableName(sessions))} SET ${assignments.join(', ')}`)
    .run(values);
}
