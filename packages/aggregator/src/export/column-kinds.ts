import type { Lineage } from '@varve/migrations';
import { quoteIdentifier } from '@varve/migrations';
import type { Database } from 'better-sqlite3';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';

/** What every value of an exported column is; NULL apart. */
export type ColumnKind = 'integer' | 'timestamp' | 'real' | 'text' | 'json' | 'blob';

export interface ExportColumn {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** The storage classes a column was seen to hold, and whether all its texts are JSON. */
type Seen = Record<'integer' | 'real' | 'text' | 'blob' | 'isJson', number | null>;

/**
 * Decides what each column of a query is exported as, by what was declared and what is there: SQLite lets any value into
 * any column, a column of Parquet has one type. What is of several kinds becomes text.
 */
export function readColumnKinds(sqlite: Database, sql: string, lineage: Lineage): ExportColumn[] {
  const jsonColumns = listJsonColumns(lineage);
  return sqlite
    .prepare(sql)
    .columns()
    .map(({ name, type, table, column }) => {
      const seen = observe(sqlite, sql, name);
      const isJson = jsonColumns.has(`${table}.${column}`) && seen.isJson !== 0;
      const isTime = (column ?? name).endsWith('_at_ms');
      return { name, kind: kindOf(seen, type ?? '', isJson, isTime) };
    });
}

function observe(sqlite: Database, sql: string, name: string): Seen {
  const column = quoteIdentifier(name);
  const flags = ['integer', 'real', 'text', 'blob'].map(
    (it) => `max(typeof(${column}) = '${it}') AS "${it}"`,
  );
  const isJson = `min(CASE typeof(${column}) WHEN 'text' THEN json_valid(${column}) END) AS isJson`;
  return sqlite.prepare<[], Seen>(`SELECT ${flags.join(', ')}, ${isJson} FROM (${sql}\n)`).get() as Seen;
}

function kindOf(seen: Seen, declared: string, isJson: boolean, isTime: boolean): ColumnKind {
  const classes = (['integer', 'real', 'text', 'blob'] as const).filter((it) => seen[it] === 1);
  const [only = declaredKind(declared)] = classes;
  if (classes.length > 1) return classes.every((it) => it === 'integer' || it === 'real') ? 'real' : 'text';
  if (only === 'integer') return isTime ? 'timestamp' : only;
  return only === 'text' && isJson ? 'json' : only;
}

/** Source: https://www.sqlite.org/datatype3.html §3.1 */
function declaredKind(type: string): 'integer' | 'real' | 'text' | 'blob' {
  if (/INT/i.test(type)) return 'integer';
  if (/CHAR|CLOB|TEXT/i.test(type)) return 'text';
  if (/BLOB/i.test(type)) return 'blob';
  return /REAL|FLOA|DOUB/i.test(type) ? 'real' : 'text';
}

function listJsonColumns({ tables }: Lineage): Set<string> {
  const columns = Object.values(tables).flatMap((table) => {
    if (!is(table, SQLiteTable)) return [];
    const json = Object.values(getTableColumns(table)).filter(({ dataType }) => dataType === 'json');
    return json.map(({ name }) => `${getTableName(table)}.${name}`);
  });
  return new Set(columns);
}
