import type { Lineage } from '@varve/migrations';
import { isJsonColumn } from '@varve/schema';
import { type Column, getTableColumns, getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { viewColumnName, viewTableName } from './view-names.ts';

/** Those columns of a lineage's Drizzle tables that something is true of, as `table.column` in a view. */
export function listDrizzleColumns({ tables }: Lineage, isWanted: (column: Column) => boolean): Set<string> {
  const columns = Object.values(tables).flatMap((table) => {
    if (!is(table, SQLiteTable)) return [];
    const wanted = Object.values(getTableColumns(table)).filter(isWanted);
    return wanted.map(({ name }) => `${viewTableName(getTableName(table))}.${viewColumnName(name)}`);
  });
  return new Set(columns);
}

/** The columns that hold JSON, by whichever kind of column: 1.0 calls a JSON column of Drizzle's own \`object json\`. */
export function listJsonColumns(lineage: Lineage): Set<string> {
  return listDrizzleColumns(lineage, isJson);
}

export function isJson(column: Column): boolean {
  return isJsonColumn(column) || /\bjson$/.test(column.dataType);
}
