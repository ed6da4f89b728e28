import type { LensTable, Lineage } from '@varve/migrations';
import { compileLens, nameKey, patchOf, quoteIdentifier, rowSources } from '@varve/migrations/internal';
import type { Database } from '../file/index.ts';

export interface HeadCount {
  readonly table: string;
  readonly count: number;
}

const queries = new WeakMap<Lineage, Map<number, string>>();

/**
 * How many rows each table of head is to have whose rows a patch writes, of a file of a version that is open: as many as
 * one of its tables where no statement decides about it, else as the lens reads. Where the lens needs SQLite to run a
 * statement, it could do no more than the patch does, and is not asked.
 */
export function countAtHead(sqlite: Database, lineage: Lineage, from: number): HeadCount[] {
  const known = queries.get(lineage) ?? new Map<number, string>();
  queries.set(lineage, known);
  const query = known.get(from) ?? countQuery(lineage, from);
  known.set(from, query);
  return query === '' ? [] : sqlite.prepare<[], HeadCount>(query).all();
}

function countQuery(lineage: Lineage, from: number): string {
  const written = patchOf(lineage, from)?.written;
  if (!written) return '';
  const isWritten = (table: string) => written.has(nameKey(table));
  // To compile a lens takes as long as all else that is compiled for a version.
  const sources = rowSources(lineage, from);
  if (sources) return joinCounts([...sources].filter(([name]) => isWritten(name)).map(countSource));
  const { refusal, stages, tables } = compileLens(lineage, from);
  if (refusal || stages.length > 0) return '';
  return joinCounts(tables.filter(({ name }) => isWritten(name)).map(countTable));
}

function joinCounts(counts: readonly string[]): string {
  return counts.join('\nUNION ALL ');
}

function countSource([name, source]: readonly [string, string | undefined]): string {
  return countRows(name, source === undefined ? '(SELECT 1 WHERE 0)' : `main.${quoteIdentifier(source)}`);
}

function countTable({ name, wholeOf, select }: LensTable): string {
  return countRows(
    name,
    wholeOf === undefined ? `(\n${select('main')}\n)` : `main.${quoteIdentifier(wholeOf)}`,
  );
}

function countRows(table: string, rows: string): string {
  return `SELECT '${table.replaceAll("'", "''")}' AS "table", (SELECT count(*) FROM ${rows}) AS "count"`;
}
