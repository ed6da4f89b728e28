import { isSqliteError } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import { getTableColumns, getTableName, type Table } from 'drizzle-orm';

interface Issue {
  /** The column's key in the Drizzle table, then the path inside its value. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Names table, column and the path inside a JSON value; never what the row holds. */
export function invalidRowError(table: Table, issue: Issue | undefined): VarveError {
  const [key, ...path] = (issue?.path ?? []).map(String);
  const column = key === undefined ? undefined : (getTableColumns(table)[key]?.name ?? key);
  const where = [getTableName(table), ...(column === undefined ? [] : [column]), ...path].join('.');
  return new VarveError('ROW_INVALID', `${where}: ${issue?.message ?? 'does not fit'}`, {
    hint: `give ${where} a value that its schema allows; nothing was recorded`,
    details: { table: getTableName(table), column, path },
  });
}

/** The error of an insert that one of the table's constraints refused; any other error as it is. */
export function constraintError(cause: unknown, table: Table): unknown {
  if (!isSqliteError(cause) || !cause.code.startsWith('SQLITE_CONSTRAINT')) return cause;
  const name = getTableName(table);
  return new VarveError('ROW_INVALID', `${name}: ${cause.message}`, {
    hint: 'give the row values that the constraint allows; nothing was recorded',
    details: { table: name, constraint: cause.code },
    cause,
  });
}
