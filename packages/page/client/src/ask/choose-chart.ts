import type { Cell } from '../../../src/api/session-detail.ts';

export type ChartKind = 'lines' | 'bars' | 'histogram';

export interface ChartData {
  readonly kind: ChartKind;
  /** Seconds for lines, places for bars, the beginning of each bin for a histogram. */
  readonly xs: readonly number[];
  /** Of bars. */
  readonly labels: readonly string[];
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

const mostBars = 60;
const bins = 40;

/** The chart that fits what came back: numbers over a time, numbers by a name, or one column of numbers; else none. */
export function chooseChart(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
): ChartData | undefined {
  if (rows.length < 2) return undefined;
  const [first = ''] = columns;
  const isNumber = columns.map((_, at) =>
    rows.every((row) => typeof row[at] === 'number' || row[at] === null),
  );
  const numbers = columns.map((_, at) => at).filter((at) => at > 0 && isNumber[at]);
  if (numbers.length > 0) {
    const times = rows.map((row) => toSeconds(first, row[0] ?? null));
    if (times.every((time) => time !== null)) return overTime(columns, rows, numbers, times);
    if (rows.length <= mostBars && rows.every((row) => typeof row[0] !== 'object' || row[0] === null)) {
      return byName(columns, rows, numbers);
    }
  }
  return columns.length === 1 && isNumber[0] && rows.length > 20 ? histogram(first, rows) : undefined;
}

function toSeconds(name: string, cell: Cell): number | null {
  if (typeof cell === 'number') return /_ms$/.test(name) && cell > 1e11 ? cell / 1000 : null;
  if (typeof cell !== 'string' || !/^\d{4}-\d\d(-\d\d)?([T ]\d\d:\d\d.*)?$/.test(cell)) return null;
  const ms = Date.parse(cell);
  return Number.isNaN(ms) ? null : ms / 1000;
}

function overTime(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  numbers: readonly number[],
  times: readonly (number | null)[],
): ChartData {
  const order = times.map((time, at) => ({ time: time ?? 0, at })).sort((a, b) => a.time - b.time);
  const series = numbers.map((column) => ({
    name: columns[column] ?? '',
    values: order.map(({ at }) => numberAt(rows, at, column)),
  }));
  return { kind: 'lines', xs: order.map(({ time }) => time), labels: [], series };
}

function byName(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  numbers: readonly number[],
): ChartData {
  return {
    kind: 'bars',
    xs: rows.map((_, at) => at),
    labels: rows.map((row) => String(row[0] ?? 'null')),
    series: numbers.map((column) => ({
      name: columns[column] ?? '',
      values: rows.map((_, at) => numberAt(rows, at, column)),
    })),
  };
}

function histogram(name: string, rows: readonly (readonly Cell[])[]): ChartData {
  const values = rows.map((row) => row[0]).filter((cell) => typeof cell === 'number');
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const width = (most - least) / bins || 1;
  const counts = Array.from({ length: bins }, () => 0);
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.floor((value - least) / width));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return {
    kind: 'histogram',
    xs: counts.map((_, at) => least + at * width),
    labels: [],
    series: [{ name, values: counts }],
  };
}

function numberAt(rows: readonly (readonly Cell[])[], row: number, column: number): number | null {
  const cell = rows[row]?.[column];
  return typeof cell === 'number' ? cell : null;
}
