import type { TableModule } from '@varve/migrations';
import { quoteIdentifier } from '@varve/migrations/internal';
import type { SessionStatus } from '@varve/schema';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from '../file/index.ts';

export interface SessionEnd {
  readonly status: SessionStatus;
  readonly endedAtMs: number;
}

interface SessionColumns {
  readonly table: string;
  readonly status: string | undefined;
  readonly endedAtMs: string | undefined;
}

/** Writes how and when the session ended into its row, as far as the lineage has columns for that. */
export function endSession(sqlite: Database, tables: TableModule, { status, endedAtMs }: SessionEnd): void {
  const columns = sessionColumns(tables);
  if (!columns) return;
  const assignments = [
    ...(columns.status ? [`${columns.status} = :status`] : []),
    ...(columns.endedAtMs ? [`${columns.endedAtMs} = coalesce(${columns.endedAtMs}, :endedAtMs)`] : []),
  ];
  if (assignments.length === 0) return;
  sqlite.prepare(`UPDATE ${columns.table} SET ${assignments.join(', ')}`).run({ status, endedAtMs });
}

/** Returns what makes the session's row say of its end again what it says now. */
export function keepEnd(sqlite: Database, tables: TableModule): () => void {
  const columns = sessionColumns(tables);
  const names = [columns?.status, columns?.endedAtMs].filter((it) => it !== undefined);
  if (!columns || names.length === 0) return () => {};
  const values = sqlite
    .prepare(`SELECT ${names.join(', ')} FROM ${columns.table} LIMIT 1`)
    .raw()
    .get();
  const assignments = names.map((name) => `${name} = ?`).join(', ');
  return () => {
    if (values) sqlite.prepare(`UPDATE ${columns.table} SET ${assignments}`).run(...(values as unknown[]));
  };
}

/** The status in the session row; undefined without such a row. */
export function readSessionStatus(sqlite: Database, tables: TableModule): string | undefined {
  const columns = sessionColumns(tables);
  if (!columns?.status) return undefined;
  return sqlite.prepare<[], string>(`SELECT ${columns.status} FROM ${columns.table} LIMIT 1`).pluck().get();
}

function sessionColumns({ sessions }: TableModule): SessionColumns | undefined {
  if (!is(sessions, SQLiteTable)) return undefined;
  const { status, endedAtMs } = getTableColumns(sessions);
  return {
    table: quoteIdentifier(getTableName(sessions)),
    status: status && quoteIdentifier(status.name),
    endedAtMs: endedAtMs && quoteIdentifier(endedAtMs.name),
  };
}
