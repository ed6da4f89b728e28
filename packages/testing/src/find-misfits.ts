import type { Lineage, TableModule } from '@varve/migrations';
import { quoteIdentifier } from '@varve/migrations/internal';
import { createSelectRowSchema } from '@varve/schema';
import { decodeColumn } from '@varve/schema/internal';
import type { Database } from 'better-sqlite3';
import { type Column, getTableColumns, getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { GoldenProblem } from './golden-problem.ts';

/**
 * The cells that today's types promise to be something else: a word that an enum no longer has, JSON of an older shape.
 * SQLite does not mind them; the code that reads the row will.
 */
export function findMisfits(sqlite: Database, lineage: Lineage<TableModule>): GoldenProblem[] {
  const tables = Object.values(lineage.tables).filter((it) => is(it, SQLiteTable));
  return tables.flatMap((table) => findInTable(sqlite, table));
}

function findInTable(sqlite: Database, table: SQLiteTable): GoldenProblem[] {
  const columns = getTableColumns(table);
  const list = Object.values(columns).map((column) => quoteIdentifier(column.name));
  const rows = sqlite
    .prepare<[], unknown[]>(`SELECT ${list.join(', ')} FROM ${quoteIdentifier(getTableName(table))}`)
    .raw()
    .all();
  const schema = createSelectRowSchema(table);
  return rows.flatMap((values, at) => {
    const decoded = decodeRow(columns, values);
    const issues = decoded.issue ? [decoded.issue] : (schema.safeParse(decoded.row).error?.issues ?? []);
    return issues.map((issue) => ({
      table: getTableName(table),
      row: nameRow(columns, values, at),
      column: columns[String(issue.path[0])]?.name,
      reason: `today's type refuses it: ${issue.message}`,
    }));
  });
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** The row as Drizzle would give it, or what keeps it from doing so: JSON that is none. */
function decodeRow(
  columns: Readonly<Record<string, Column>>,
  values: readonly unknown[],
): { readonly row: Record<string, unknown>; readonly issue?: Issue } {
  const row: Record<string, unknown> = {};
  for (const [at, [key, column]] of Object.entries(columns).entries()) {
    const value = values[at];
    try {
      row[key] = value === null ? null : decodeColumn(column, value);
    } catch (error) {
      return { row, issue: { path: [key], message: error instanceof Error ? error.message : String(error) } };
    }
  }
  return { row };
}

function nameRow(columns: Readonly<Record<string, Column>>, values: readonly unknown[], at: number): string {
  const key = Object.values(columns).findIndex((column) => column.primary);
  return key === -1
    ? `number ${at + 1}`
    : `${Object.values(columns)[key]?.name} ${JSON.stringify(values[key])}`;
}
