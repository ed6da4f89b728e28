import { nameKey } from '@varve/migrations/internal';
import type { Database } from 'better-sqlite3';
import type { GoldenProblem } from './golden-problem.ts';
import { type CellRow, type CellTable, readRows, readTables } from './read-cells.ts';

/** One archive, read in the three ways that must agree. */
export interface Readings {
  readonly lens: Database;
  readonly replay: Database;
  readonly unified: Database;
}

const ways = ['lens', 'replay', 'unified'] as const;

/**
 * Every row and every cell, `typeof` included, that the three do not agree on. `unrepeatable` are tables, by name key,
 * that may hold what a clock or chance said, another each time: of them the number of rows must be the same, and the
 * types of values in rows of the same key.
 */
export function compareReadings(
  readings: Readings,
  unrepeatable: ReadonlySet<string> = new Set(),
): GoldenProblem[] {
  return readTables(readings.replay).flatMap((table) => {
    return compareTable(table, readings, unrepeatable.has(nameKey(table.name)));
  });
}

function compareTable(table: CellTable, readings: Readings, isUnrepeatable: boolean): GoldenProblem[] {
  const rows = ways.map((way) => new Map(readRows(readings[way], table).map((row) => [row.name, row])));
  const names = new Set(rows.flatMap((read) => [...read.keys()]));
  const isCounted = isUnrepeatable && new Set(rows.map((read) => read.size)).size === 1;
  return [...names].flatMap((name) => {
    const sameRow = rows.map((read) => read.get(name));
    if (sameRow.includes(undefined)) return isCounted ? [] : [missingRow(table, name, sameRow)];
    return compareRow(table, name, sameRow, isUnrepeatable);
  });
}

function missingRow(table: CellTable, row: string, found: readonly (CellRow | undefined)[]): GoldenProblem {
  const reason = describeWays(found.map((it) => (it ? 'has it' : 'lacks it')));
  return { table: table.name, row, reason };
}

function compareRow(
  table: CellTable,
  row: string,
  found: readonly (CellRow | undefined)[],
  isUnrepeatable: boolean,
): GoldenProblem[] {
  return table.columns.flatMap(({ name: column }) => {
    const cells = found.map((it) => it?.cells[column] ?? '');
    const seen = isUnrepeatable ? cells.map((cell) => cell.split(' ', 1)[0]) : cells;
    if (new Set(seen).size === 1) return [];
    return [{ table: table.name, row, column, reason: describeWays(cells) }];
  });
}

function describeWays(found: readonly string[]): string {
  return ways.map((way, at) => `${way} ${found[at]}`).join(' · ');
}
