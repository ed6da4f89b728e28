import { nameKey } from './name-key.ts';
import { parseSql, type Stmt, type UpdateStmt, type Upsert } from './parse-sql.ts';
import { keywordOf, type SqlStatement } from './split-statements.ts';

/** What a statement does to the rows of the table it names; what its triggers do is not in it. */
export interface RowChange {
  /** By name key. */
  readonly table: string;
  readonly inserts: boolean;
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
  // The first to be parsed takes as long as all others: it is not parsed where its first word tells.
  if (changesSchema(statement)) return undefined;
  if (!known.has(statement)) {
    const parsed = parseSql(statement.text);
    known.set(statement, parsed ? readChange(parsed) : 'any');
  }
  return known.get(statement);
}

/** Said by its first word alone, whether the parser knows the rest or not. */
function changesSchema({ tokens }: SqlStatement): boolean {
  return ['CREATE', 'ALTER', 'DROP'].includes(keywordOf(tokens[0]));
}

function readChange(statement: Stmt): RowChange | undefined {
  if (statement.type === 'DeleteStmt') return deleting(statement);
  if (statement.type === 'UpdateStmt') return writing(statement, false, setColumns(statement.sets));
  if (statement.type !== 'InsertStmt') return undefined;
  const { body } = statement;
  return writing(statement, true, upsertColumns(body.type === 'SelectInsertBody' ? body.upsert : undefined));
}

/** What a trigger stands ready for, and what it does then. */
export interface TriggerChanges {
  /** By name key. */
  readonly table: string;
  readonly event: 'DELETE' | 'INSERT' | 'UPDATE';
  readonly changes: readonly RowChange[];
}

const knownTriggers = new Map<string, TriggerChanges | undefined>();
const mostTexts = 5000;

/** Undefined for a trigger that is not understood. */
export function triggerChangesOf(sql: string): TriggerChanges | undefined {
  if (knownTriggers.size > mostTexts) knownTriggers.clear();
  if (!knownTriggers.has(sql)) knownTriggers.set(sql, readTrigger(parseSql(sql)));
  return knownTriggers.get(sql);
}

const events = {
  DeleteTriggerEvent: 'DELETE',
  InsertTriggerEvent: 'INSERT',
  UpdateTriggerEvent: 'UPDATE',
  UpdateOfTriggerEvent: 'UPDATE',
} as const;

function readTrigger(statement: Stmt | undefined): TriggerChanges | undefined {
  if (statement?.type !== 'CreateTriggerStmt') return undefined;
  const changes = statement.commands.flatMap((command): RowChange[] => {
    if (command.type === 'DeleteTriggerCmd') return [deleting(command)];
    if (command.type === 'UpdateTriggerCmd') return [writing(command, false, setColumns(command.sets))];
    if (command.type === 'InsertTriggerCmd') return [writing(command, true, upsertColumns(command.upsert))];
    return [];
  });
  return { table: keyOf(statement), event: events[statement.event.type], changes };
}

type Named = Pick<UpdateStmt, 'tblName'>;

function deleting(statement: Named): RowChange {
  return { table: keyOf(statement), inserts: false, deletes: true, replaces: false, updates: [] };
}

function writing(
  statement: Named & Pick<UpdateStmt, 'orConflict'>,
  inserts: boolean,
  updates: readonly string[],
): RowChange {
  const replaces = statement.orConflict === 'Replace';
  return { table: keyOf(statement), inserts, deletes: replaces, replaces, updates };
}

function keyOf({ tblName }: Named): string {
  return nameKey(tblName.objName.text);
}

function setColumns(sets: UpdateStmt['sets']): string[] {
  return sets.flatMap(({ colNames }) => colNames.map(({ text }) => nameKey(text)));
}

function upsertColumns(first: Upsert | undefined): string[] {
  const columns: string[] = [];
  for (let upsert = first; upsert; upsert = upsert.next) {
    if (upsert.doClause.type === 'SetUpsertDo') columns.push(...setColumns(upsert.doClause.sets));
  }
  return columns;
}
