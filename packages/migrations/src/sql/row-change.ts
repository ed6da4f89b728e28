import { nameKey } from './name-key.ts';
import { type InsertStmt, parseSql, type Stmt, type UpdateStmt } from './parse-sql.ts';
import type { SqlStatement } from './split-statements.ts';

/** What a statement does to the rows of the table it names; what its triggers do is not in it. */
export interface RowChange {
  /** By name key. */
  readonly table: string;
  /** True where rows may go: by DELETE, or by REPLACE in place of another. */
  readonly deletes: boolean;
  /** True where rows go only because others take their place. */
  readonly replaces: boolean;
  /** The name keys of the columns it sets in rows that are there. */
  readonly updates: readonly string[];
}

const known = new WeakMap<SqlStatement, RowChange | 'any' | undefined>();

/** Undefined for a statement that changes no row; `any` for one that is not understood. */
export function rowChangeOf(statement: SqlStatement): RowChange | 'any' | undefined {
  if (!known.has(statement)) {
    const parsed = parseSql(statement.text);
    known.set(statement, parsed ? readChange(parsed) : 'any');
  }
  return known.get(statement);
}

function readChange(statement: Stmt): RowChange | undefined {
  if (statement.type === 'DeleteStmt') {
    return { table: keyOf(statement), deletes: true, replaces: false, updates: [] };
  }
  if (statement.type !== 'UpdateStmt' && statement.type !== 'InsertStmt') return undefined;
  const replaces = statement.orConflict === 'Replace';
  const updates = statement.type === 'UpdateStmt' ? setColumns(statement.sets) : upsertColumns(statement);
  return { table: keyOf(statement), deletes: replaces, replaces, updates };
}

function keyOf({ tblName }: Pick<UpdateStmt, 'tblName'>): string {
  return nameKey(tblName.objName.text);
}

function setColumns(sets: UpdateStmt['sets']): string[] {
  return sets.flatMap(({ colNames }) => colNames.map(({ text }) => nameKey(text)));
}

function upsertColumns({ body }: InsertStmt): string[] {
  const columns: string[] = [];
  let upsert = body.type === 'SelectInsertBody' ? body.upsert : undefined;
  for (; upsert; upsert = upsert.next) {
    if (upsert.doClause.type === 'SetUpsertDo') columns.push(...setColumns(upsert.doClause.sets));
  }
  return columns;
}
