import type { LensTable, Lineage } from '@varve/migrations';
import { compileLens, nameKey, patchOf, quoteIdentifier, rowSources } from '@varve/migrations/internal';
import type { Database } from '../file/index.ts';
import { countRowsOf } from './count-rows.ts';

export interface HeadCount {
  readonly table: string;
  readonly count: number;
}

/** Plain data. */
export interface CountQuery {
  readonly tables: readonly string[];
  /** Where to count the rows of each, in SQL. */
  readonly rows: readonly string[];
}

const queries = new WeakMap<Lineage, Map<number, CountQuery>>();

/**
 * How many rows each table of head is to have whose rows a patch writes, of a file of a version that is open: as many as
 * one of its tables where no statement decides about it, else as the lens reads. Where the lens needs SQLite to run a
 * statement, it could do no more than the patch does, and is not asked.
 */
export function countAtHead(sqlite: Database, lineage: Lineage, from: number): HeadCount[] {
  const { tables, rows } = countQuery(lineage, from);
  const counts = countRowsOf(sqlite, rows);
  return tables.map((table, at) => ({ table, count: counts[at] ?? 0 }));
}

/** What `countAtHead` asks of a file of a version. */
export function countQuery(lineage: Lineage, from: number): CountQuery {
  const known = queriesOf(lineage);
  const query = known.get(from) ?? compileCount(lineage, from);
  known.set(from, query);
  return query;
}

/** Has `countAtHead` ask what another process compiled of the same lineage. */
export function takeCountQuery(lineage: Lineage, from: number, query: CountQuery): void {
  queriesOf(lineage).set(from, query);
}

function queriesOf(lineage: Lineage): Map<number, CountQuery> {
  const known = queries.get(lineage) ?? new Map<number, CountQuery>();
  queries.set(lineage, known);
  return known;
}

function compileCount(lineage: Lineage, from: number): CountQuery {
  const written = patchOf(lineage, from)?.written;
  if (!written) return { tables: [], rows: [] };
  const isWritten = (table: string) => written.has(nameKey(table));
  // To compile a lens takes as long as all else that is compiled for a version.
  const sources = rowSources(lineage, from);
  if (sources) {
    const counted = [...sources].filter(([name]) => isWritten(name));
    return { tables: counted.map(([name]) => name), rows: counted.map(([, source]) => rowsOf(source)) };
  }
  const { refusal, stages, tables } = compileLens(lineage, from);
  if (refusal || stages.length > 0) return { tables: [], rows: [] };
  const counted = tables.filter(({ name }) => isWritten(name));
  return { tables: counted.map(({ name }) => name), rows: counted.map(readBy) };
}

function rowsOf(source: string | undefined): string {
  return source === undefined ? '(SELECT 1 WHERE 0)' : `main.${quoteIdentifier(source)}`;
}

function readBy({ wholeOf, select }: LensTable): string {
  return wholeOf === undefined ? `(\n${select('main')}\n)` : rowsOf(wholeOf);
}
