import { groupedCells, groupSize, quoteIdentifier } from '@varve/migrations/internal';
import type { Database } from '../file/index.ts';

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
  if (isSameAsItLies(table, columns, [one, other])) return undefined;
  const isWide = columns.length > mostColumns;
  const sql = isWide ? selectGroups(table, columns) : selectCells(table, columns);
  const others = iterateCells(other, sql);
  try {
    for (const row of iterateCells(one, sql)) {
      const otherRow = others.next().value ?? [];
      const at = firstDifference(row, otherRow);
      if (at >= 0) return columns[isWide ? placeInGroups(at, row, otherRow) : Math.floor(at / 2)];
    }
    return others.next().done ? undefined : columns[0];
  } finally {
    others.return?.();
  }
}

/** Whether the same cells come in the same order, as they do unless something is amiss: nothing need be sorted then. */
function isSameAsItLies(
  table: string,
  columns: readonly string[],
  [one, other]: readonly [Database, Database],
): boolean {
  const sql = `SELECT ${columns.map(quoteIdentifier).join(', ')} FROM ${quoteIdentifier(table)}`;
  const others = iterateCells(other, sql);
  try {
    for (const row of iterateCells(one, sql)) {
      const otherRow: readonly unknown[] | undefined = others.next().value;
      if (!otherRow || !isSurelySameRow(row, otherRow)) return false;
    }
    return others.next().done === true;
  } finally {
    others.return?.();
  }
}

function isSurelySameRow(row: readonly unknown[], other: readonly unknown[]): boolean {
  for (let at = 0; at < row.length; at++) if (!isSurelySame(row[at], other[at])) return false;
  return true;
}

/** An integer comes as a bigint and a real as a number; of a text that is no valid one not all bytes come. */
function isSurelySame(cell: unknown, other: unknown): boolean {
  return isSameCell(cell, other) && !(typeof cell === 'string' && cell.includes('\ufffd'));
}

/** SQLite gives and sorts 2000 columns, and a cell takes two. Source: https://www.sqlite.org/limits.html */
const mostColumns = 950;
function selectGroups(table: string, columns: readonly string[]): string {
  const groups = groupedCells(columns);
  const order = groups.map((_, at) => at + 1);
  return `SELECT ${groups.join(', ')} FROM ${quoteIdentifier(table)} ORDER BY ${order.join(', ')}`;
}

function placeInGroups(group: number, row: readonly unknown[], other: readonly unknown[]): number {
  const [cells, others] = [row, other].map((it) => String(it[group]).split(','));
  const at = cells?.findIndex((cell, place) => cell !== others?.[place]) ?? 0;
  return group * groupSize + Math.max(at, 0);
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
