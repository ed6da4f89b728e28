import type { Lineage } from '@varve/migrations';
import type { Database } from '@varve/migrations/internal';
import { quoteIdentifier } from '@varve/migrations/internal';
import { prepareOwnQuery } from '../query/index.ts';
import { listJsonColumns } from '../unified/index.ts';

/** What every value of an exported column is; NULL apart. */
export type ColumnKind = 'integer' | 'timestamp' | 'real' | 'text' | 'json' | 'blob';

export interface ExportColumn {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** What a column of a query is before its values are looked at. */
export interface DeclaredColumn {
  readonly name: string;
  /** As declared; empty for an expression. */
  readonly type: string;
  readonly isJson: boolean;
  readonly isTime: boolean;
}

export function readDeclaredColumns(sqlite: Database, sql: string, lineage: Lineage): DeclaredColumn[] {
  const jsonColumns = listJsonColumns(lineage);
  return sqlite
    .prepare(sql)
    .columns()
    .map(({ name, type, table, column }) => ({
      name,
      type: type ?? '',
      isJson: jsonColumns.has(`${table}.${column}`),
      isTime: (column ?? name).endsWith('_at_ms'),
    }));
}

/**
 * Wide is an integer that a floating point number does not hold exactly; a moment is a time in a column of integers that
 * has a fraction of its millisecond, as a clock gave it before the recorder rounded.
 */
type ValueKind = Exclude<ColumnKind, 'timestamp'> | 'wide' | 'moment';

/** The kinds of values that rows were seen to hold, by column; each in the order of the alphabet, NULL apart. */
export type SeenKinds = readonly (readonly ValueKind[])[];

/** Looks at all rows of a query, once. */
export function readSeenKinds(sqlite: Database, sql: string, columns: readonly DeclaredColumn[]): SeenKinds {
  const seen = columns.map(() => new Set<ValueKind>());
  const kinds = `SELECT DISTINCT ${columns.map(kindExpression).join(', ')} FROM (${sql}\n)`;
  for (const row of prepareOwnQuery(sqlite, kinds).iterate()) {
    for (const [at, kind] of row.entries()) if (kind !== 'null') seen[at]?.add(kind as ValueKind);
  }
  return seen.map((it) => [...it].sort());
}

/** What either has seen. */
export function mergeKinds(a: SeenKinds, b: SeenKinds): SeenKinds {
  return b.map((kinds, at) => [...new Set([...(a[at] ?? []), ...kinds])].sort());
}

/**
 * Decides what each column of a query is exported as, by what was declared and what is there: SQLite lets any value into
 * any column, a column of Parquet has one type. What is of several kinds becomes text; integers beside reals become reals
 * if no integer is too wide for that.
 */
export function decideKinds(columns: readonly DeclaredColumn[], parts: readonly SeenKinds[]): ExportColumn[] {
  return columns.map((column, at) => {
    const seen = new Set(parts.flatMap((part) => part[at] ?? []));
    return { name: column.name, kind: kindOf(column, seen) };
  });
}

/** SQLite tells a value's class without reading the value, which JSON needs. */
function kindExpression({ name, type, isJson, isTime }: DeclaredColumn): string {
  const column = quoteIdentifier(name);
  const isSafe = `${column} BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`;
  const moment =
    isTime && isInteger(type) ? `WHEN typeof(${column}) = 'real' AND ${isSafe} THEN 'moment'` : '';
  const kind = `CASE ${moment} WHEN typeof(${column}) <> 'integer' THEN typeof(${column})
    WHEN ${isSafe} THEN 'integer' ELSE 'wide' END`;
  return isJson ? `CASE WHEN ${kind} = 'text' AND json_valid(${column}) THEN 'json' ELSE ${kind} END` : kind;
}

function kindOf({ type, isJson, isTime }: DeclaredColumn, all: ReadonlySet<ValueKind>): ColumnKind {
  const seen = new Set([...all].map((kind) => withoutMoment(kind, all)));
  const [only = isJson ? 'json' : declaredKind(type), ...others] = seen;
  const isAll = (...kinds: readonly ValueKind[]) => [...seen].every((it) => kinds.includes(it));
  if (only === 'wide' || (others.length > 0 && isAll('integer', 'wide')))
    return isAll('integer', 'wide') ? 'integer' : 'text';
  if (others.length > 0) return isAll('integer', 'real') ? 'real' : 'text';
  return only === 'integer' && isTime ? 'timestamp' : only;
}

/** A timestamp counts whole milliseconds; beside what is none, a moment is the real that it is. */
function withoutMoment(kind: ValueKind, all: ReadonlySet<ValueKind>): Exclude<ValueKind, 'moment'> {
  if (kind !== 'moment') return kind;
  return [...all].every((it) => it === 'moment' || it === 'integer') ? 'integer' : 'real';
}

function isInteger(type: string): boolean {
  return /INT/i.test(type);
}

/** Source: https://www.sqlite.org/datatype3.html §3.1 */
function declaredKind(type: string): Exclude<ValueKind, 'moment'> {
  if (isInteger(type)) return 'integer';
  if (/CHAR|CLOB|TEXT/i.test(type)) return 'text';
  if (/BLOB/i.test(type)) return 'blob';
  return /REAL|FLOA|DOUB/i.test(type) ? 'real' : 'text';
}
