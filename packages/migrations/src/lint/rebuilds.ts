import { droppedTable, renamedTo, type SqlStatement } from '../sql/index.ts';

/** True for the RENAME TO that ends a rebuild: its new name is that of a table dropped before. */
export function isRebuildRename(statement: SqlStatement, statements: readonly SqlStatement[]): boolean {
  const name = renamedTo(statement);
  const earlier = statements.slice(0, statements.indexOf(statement));
  return name !== undefined && earlier.some((it) => droppedTable(it) === name);
}

/** The tables that are dropped and made anew under their name, in lower case, by the RENAME that ends it. */
export function rebuiltTables(statements: readonly SqlStatement[]): Map<string, SqlStatement> {
  const ends = statements.filter((statement) => isRebuildRename(statement, statements));
  return new Map(ends.map((statement) => [renamedTo(statement) as string, statement]));
}
