import { VarveError } from '@varve/schema/errors';
import { SqliteError } from 'better-sqlite3';
import { getTableColumns, getTableName, type Table } from 'drizzle-orm';

interface Issue {
  /** The column's key in the Drizzle table, then the path inside its value. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Names table, column and the path inside a JSON value; never what the row holds. */
export function invalidRowError(table: Table, issue: Issue | undefined): VarveError {
  const [key, ...path] = issue?.path ?? [];
  const column = key === undefined ? undefined : (getTableColumns(table)[String(key)]?.name ?? String(key));
  const where = getTableName(table) + renderPath(column === undefined ? path : [column, ...path]);
  return new VarveError('ROW_INVALID', `${where}: ${issue?.message ?? 'does not fit'}`, {
    hint: `give ${where} a value that its schema allows, or what toJson makes of it; nothing was recorded`,
    details: { table: getTableName(table), column, path: path.map(String) },
  });
}

/** As JavaScript would write it: `.items[3].at`. */
function renderPath(path: readonly PropertyKey[]): string {
  return path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
}

/** The error of an insert that one of the table's constraints refused; any other error as it is. */
export function constraintError(cause: unknown, table: Table): unknown {
  if (!(cause instanceof SqliteError) || !cause.code.startsWith('SQLITE_CONSTRAINT')) return cause;
  const name = getTableName(table);
  return new VarveError('ROW_INVALID', `${name}: ${cause.message}`, {
    hint: 'give the row values that the constraint allows; nothing was recorded',
    details: { table: name, constraint: cause.code },
    cause,
  });
}
