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

/** Every row and every cell, `typeof` included, that the three do not agree on. */
export function compareReadings(readings: Readings): GoldenProblem[] {
  return readTables(readings.replay).flatMap((table) => compareTable(table, readings));
}

function compareTable(table: CellTable, readings: Readings): GoldenProblem[] {
  const rows = ways.map((way) => new Map(readRows(readings[way], table).map((row) => [row.name, row])));
  const names = new Set(rows.flatMap((read) => [...read.keys()]));
  return [...names].flatMap((name) => {
    const sameRow = rows.map((read) => read.get(name));
    return compareRow(table, name, sameRow);
  });
}

function compareRow(table: CellTable, row: string, found: readonly (CellRow | undefined)[]): GoldenProblem[] {
  if (found.includes(undefined)) {
    const reason = describeWays(found.map((it) => (it ? 'has it' : 'lacks it')));
    return [{ table: table.name, row, reason }];
  }
  return table.columns.flatMap(({ name: column }) => {
    const cells = found.map((it) => it?.cells[column] ?? '');
    if (new Set(cells).size === 1) return [];
    return [{ table: table.name, row, column, reason: describeWays(cells) }];
  });
}

function describeWays(found: readonly string[]): string {
  return ways.map((way, at) => `${way} ${found[at]}`).join(' · ');
}
