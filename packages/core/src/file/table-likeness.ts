import { isSqliteError, quoteIdentifier } from '@varve/migrations/internal';
import { type Database, openMemory } from './open-database.ts';

export interface ColumnInfo {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
  readonly hidden: number;
}

export interface ComparedTable {
  readonly name: string;
  /** The statement that makes it in a version. */
  readonly sql: string;
  /** The one that the file has; undefined where it has no such table. */
  readonly actualSql: string | undefined;
}

/**
 * How the table of a file stands to that of a version whose statement is another text: `same` where the columns are,
 * quotes and blanks aside; `alike` where a reader sees no difference but the order.
 */
export function compareTables(
  sqlite: Database,
  { name, sql, actualSql }: ComparedTable,
): 'same' | 'alike' | 'other' {
  if (actualSql === undefined) return 'other';
  const model = openMemory(sql);
  try {
    const [actual, expected] = [describeTable(sqlite, name), describeTable(model, name)];
    if (JSON.stringify(actual) === JSON.stringify(expected)) return 'same';
    const seen = seenBy(actualSql, name);
    return seen !== undefined && seen === seenBy(sql, name) ? 'alike' : 'other';
  } finally {
    model.close();
  }
}

export function describeTable(sqlite: Database, table: string): ColumnInfo[] {
  return sqlite.prepare<[string], ColumnInfo>('SELECT * FROM pragma_table_xinfo(?)').all(table);
}

/** All that a reader of a table may notice, as a text; undefined for a table that SQLite does not make by itself. */
function seenBy(sql: string, table: string): string | undefined {
  if (!/^CREATE TABLE\b/i.test(sql)) return undefined;
  const model = openMemory();
  try {
    // One statement: the text of a file may say more.
    model.prepare(sql).run();
    return JSON.stringify(readSeen(model, table));
  } catch (error) {
    if (isSqliteError(error) || error instanceof RangeError) return undefined;
    throw error;
  } finally {
    model.close();
  }
}

function readSeen(model: Database, table: string): unknown {
  const columns = describeTable(model, table);
  const strict = model.prepare('SELECT strict FROM pragma_table_list WHERE name = ?').pluck().get(table);
  const keys = columns.filter(({ pk }) => pk > 0);
  const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  model.exec(`CREATE INDEX "varve seen" ON ${quoteIdentifier(table)} (${names})`);
  const terms = model.pragma('index_xinfo("varve seen")') as { name: string; coll: string }[];
  const seen = columns.map(({ name, type, pk, hidden }, at) => {
    const isRowid = pk > 0 && keys.length === 1 && /^INTEGER$/i.test(type);
    const kind = strict === 1 ? type.toUpperCase() : affinityOf(type);
    return [name.toLowerCase(), kind, terms[at]?.coll.toUpperCase(), hidden, isRowid].join(' ');
  });
  return [strict, ...seen.sort()];
}

/** Whether whoever knows how a column was made meets in the newer one no kind of value that it did not have. */
export function holdsNoOther(newer: ColumnInfo, known: ColumnInfo): boolean {
  return affinityOf(newer.type) === affinityOf(known.type) && (known.notnull === 0 || newer.notnull === 1);
}

/** Source: https://www.sqlite.org/datatype3.html §3.1 */
function affinityOf(type: string): string {
  if (/INT/i.test(type)) return 'integer';
  if (/CHAR|CLOB|TEXT/i.test(type)) return 'text';
  if (/BLOB/i.test(type) || type === '') return 'blob';
  return /REAL|FLOA|DOUB/i.test(type) ? 'real' : 'numeric';
}
