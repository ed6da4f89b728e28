import { quoteIdentifier } from '@varve/migrations/internal';
import type { LoadBatch, WarehouseKind, WarehouseTable } from './contract.ts';
import { tabSeparatedLine } from './tab-separated.ts';

export const writtenForClickHouse = {
  infinity: 'inf',
  blob: (bytes: Buffer) => bytes.toString('hex').replace(/../g, '\\x$&'),
};

/** A table's rows of a load, a line each, and what their fields are. */
export function clickHouseRows(
  { sqlite }: LoadBatch,
  { name, columns }: WarehouseTable,
  load: bigint,
  months: ReadonlyMap<bigint, number>,
): { readonly names: readonly string[]; readonly lines: Iterable<string> } {
  const names = ['_archive', '_version', ...columns.map((column) => column.name)];
  const rows = sqlite
    .prepare<[], unknown[]>(`SELECT ${names.map(quoteIdentifier).join(', ')} FROM ${quoteIdentifier(name)}`)
    .raw()
    .safeIntegers();
  const own: WarehouseKind[] = ['integer', 'integer'];
  const kinds: WarehouseKind[] = [...own, ...columns.map(({ kind }) => kind), ...own, 'integer'];
  const lines = function* () {
    let at = 0;
    for (const row of rows.iterate()) {
      const month = months.get(row[0] as bigint) ?? noMonth;
      yield tabSeparatedLine([...row, at++, load, month], kinds, writtenForClickHouse);
    }
  };
  return { names: [...names, '_row', '_load', '_month'], lines: lines() };
}

/** Of what says nothing, or nothing that can be: partitions are few, and a number from 0 on. */
const noMonth = 197_001;
const lastMonth = 220_012;

/** Of the archive's sessions, in UTC: all its rows lie in one partition. */
export function readMonths({ sqlite, tables }: LoadBatch): ReadonlyMap<bigint, number> {
  const sessions = tables.find(({ name }) => name === 'sessions');
  if (!sessions?.columns.some(({ name, kind }) => name === 'started_at_ms' && kind === 'integer'))
    return new Map();
  const sql = `SELECT "_archive", CAST(strftime('%Y%m', min("started_at_ms") / 1000, 'unixepoch') AS INTEGER)
    FROM "sessions" WHERE typeof("started_at_ms") = 'integer' GROUP BY 1`;
  const rows = sqlite.prepare<[], [bigint, bigint | null]>(sql).raw().safeIntegers().all();
  return new Map(rows.map(([id, month]) => [id, plausible(Number(month))]));
}

function plausible(month: number): number {
  return month >= noMonth && month <= lastMonth ? month : noMonth;
}
