import { keywordOf, nameKey, type SqlStatement, splitStatements } from '../sql/index.ts';
import { changesRowsOnly } from './changes-rows-only.ts';
import type { OperationContext } from './operation.ts';
import { keepRows, operationOf } from './operations/index.ts';
import { Refused, RefusedEverywhere } from './refused.ts';
import { safeFirst } from './safe-first.ts';
import { changedBy } from './stage/reach.ts';
import { runInStage } from './stage/run-in-stage.ts';
import { targetOfStatement } from './stage/statement-target.ts';
import { StepToStage } from './stage/step-to-stage.ts';
import { readStatement } from './statement-text.ts';
import type { Step } from './trace-lineage.ts';

/**
 * Applies a statement to what the tables hold: as a query, or else on a stage; there at once when it is one of `staged`.
 * A table whose rows cannot be told any more matters only if head, or a later statement, needs them.
 *
 * @throws Refused when no table can be known after it
 * @throws StepToStage
 */
export function applyStep(context: OperationContext, staged: ReadonlySet<Step>): void {
  const { step, tables } = context;
  const place = { migration: step.migration.name, statement: step.statement.text };
  if (step.before.isObscured || step.after.isObscured) {
    throw new RefusedEverywhere('TEMP objects hide tables or watch over them', place);
  }
  try {
    applyOrStage(context, staged);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const refused = new Refused(error.message, error.place ?? place);
    const target = operationOf(step.statement)?.target(step.statement) ?? targetOfStatement(step.statement);
    if (error instanceof RefusedEverywhere || !isTable(target, step)) throw refused;
    for (const name of changedTables(target, step)) {
      // Of a virtual table nothing can be noted as lost: it is read from the file whenever head has it.
      if (tables.virtual(name)) throw refused;
      tables.set(name, refused);
    }
  }
}

/** The target, and what triggers and foreign keys may change with it. */
function changedTables(target: string, { statement, before }: Step): string[] {
  if (!changesRowsOnly(statement)) return [nameKey(target)];
  const isTable = (key: string) => before.tables.has(key) || before.opaque.has(key);
  return [...changedBy(statement, target, before)].filter(isTable);
}

function applyOrStage(context: OperationContext, staged: ReadonlySet<Step>): void {
  const { step, tables } = context;
  if (staged.has(step)) {
    runInStage(context, 'a later statement sees the order of its rows');
    return;
  }
  if (joinStage(context)) return;
  if (!changesRowsOnly(step.statement)) tables.closeStage();
  const refused = tryToCompile(context);
  if (!refused) return;
  // Where it reads what an earlier statement left unknown, no stage could know it either.
  if (refused.place) throw refused;
  try {
    runInStage(context, refused.message);
  } catch (error) {
    const isAnywhere = error instanceof Refused && refused instanceof RefusedEverywhere;
    throw isAnywhere ? new RefusedEverywhere(error.message) : error;
  }
}

function tryToCompile(context: OperationContext): Refused | undefined {
  const operation = operationOf(context.step.statement);
  if (!operation) return new RefusedEverywhere('the lens does not know this kind of statement');
  try {
    const statement = operation === keepRows ? context.statement : statementToRead(context);
    operation.apply({ ...context, statement });
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}

/** What asks last what can fail has the same meaning, and no query asks it where a replay might not. */
function statementToRead({ step: { statement, before }, lineage }: OperationContext): SqlStatement {
  const hasCondition = statement.tokens.some((token) => keywordOf(token) === 'WHERE');
  const root = hasCondition ? readStatement(statement) : undefined;
  const sql = root && safeFirst(root, { sql: statement.text, shape: before, lineage });
  return sql === undefined || sql === statement.text ? statement : (splitStatements(sql)[0] ?? statement);
}

/** True for a statement about a table that a stage holds ready: there is nothing to gain by compiling it. */
function joinStage(context: OperationContext): boolean {
  const { step, tables } = context;
  const target = changesRowsOnly(step.statement) ? targetOfStatement(step.statement) : undefined;
  if (target === undefined || !tables.openStage?.changed.has(nameKey(target))) return false;
  try {
    runInStage(context, 'SQLite runs a statement on its table before');
    return true;
  } catch (error) {
    if (error instanceof Refused || error instanceof StepToStage) return false;
    throw error;
  }
}

function isTable(name: string | undefined, { before, after }: Step): name is string {
  const key = nameKey(name ?? '');
  return name !== undefined && (before.tables.has(key) || after.tables.has(key));
}
