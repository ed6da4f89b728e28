import { quoteIdentifier } from '@varve/migrations/internal';
import type { Database } from '../file/open-database.ts';

/** The columns of a table that hold something, computed ones too. */
export function readColumns(sqlite: Database, table: string): string[] {
  const sql = 'SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1';
  return sqlite.prepare<[string], string>(sql).pluck().all(table);
}

/**
 * Compares all rows of a table in two databases, in whatever order they lie, cell for cell with their storage classes.
 * Returns the first column that differs; undefined when none does. SQLite sorts, so memory is bounded.
 */
export function findDifferingColumn(
  table: string,
  columns: readonly string[],
  [one, other]: readonly [Database, Database],
): string | undefined {
  const sql = selectCells(table, columns);
  const others = iterateCells(other, sql);
  try {
    for (const row of iterateCells(one, sql)) {
      const at = firstDifference(row, others.next().value ?? []);
      if (at >= 0) return columns[Math.floor(at / 2)];
    }
    return others.next().done ? undefined : columns[0];
  } finally {
    others.return?.();
  }
}

/** Text as its bytes: two that are no valid text must not look alike in JavaScript. */
function selectCells(table: string, columns: readonly string[]): string {
  const cells = columns.map(quoteIdentifier).flatMap((column) => {
    return [
      `CASE typeof(${column}) WHEN 'text' THEN CAST(${column} AS BLOB) ELSE ${column} END`,
      `typeof(${column})`,
    ];
  });
  const order = cells.map((_, at) => at + 1);
  return `SELECT ${cells.join(', ')} FROM ${quoteIdentifier(table)} ORDER BY ${order.join(', ')}`;
}

function iterateCells(sqlite: Database, sql: string): IterableIterator<unknown[]> {
  return sqlite.prepare(sql).raw().safeIntegers().iterate() as IterableIterator<unknown[]>;
}

function firstDifference(row: readonly unknown[], other: readonly unknown[]): number {
  return row.findIndex((cell, at) => !isSameCell(cell, other[at]));
}

function isSameCell(cell: unknown, other: unknown): boolean {
  return Buffer.isBuffer(cell) ? Buffer.isBuffer(other) && cell.equals(other) : cell === other;
}
