import type { LensTable, Lineage } from '@varve/migrations';
import { compileLens, nameKey, patchOf, quoteIdentifier } from '@varve/migrations/internal';
import type { Database } from '../file/index.ts';

export interface HeadCount {
  readonly table: string;
  readonly count: number;
}

const queries = new WeakMap<Lineage, Map<number, string>>();

/**
 * How many rows the lens reads, in a file of a version that is open, for each table of head whose rows a patch writes.
 * Where the lens needs SQLite to run a statement, it could do no more than the patch does, and is not asked.
 */
export function countAtHead(sqlite: Database, lineage: Lineage, from: number): HeadCount[] {
  const known = queries.get(lineage) ?? new Map<number, string>();
  queries.set(lineage, known);
  const query = known.get(from) ?? countQuery(lineage, from);
  known.set(from, query);
  return query === '' ? [] : sqlite.prepare<[], HeadCount>(query).all();
}

function countQuery(lineage: Lineage, from: number): string {
  const { refusal, stages, tables } = compileLens(lineage, from);
  const written = patchOf(lineage, from)?.written;
  if (refusal || stages.length > 0 || !written) return '';
  return tables
    .filter(({ name }) => written.has(nameKey(name)))
    .map(countTable)
    .join('\nUNION ALL ');
}

function countTable({ name, wholeOf, select }: LensTable): string {
  const rows = wholeOf === undefined ? `(\n${select('main')}\n)` : `main.${quoteIdentifier(wholeOf)}`;
  return `SELECT '${name.replaceAll("'", "''")}' AS "table", (SELECT count(*) FROM ${rows}) AS "count"`;
}
