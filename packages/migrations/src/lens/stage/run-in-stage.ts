import { actionsOf, howToRun } from '../../replay/index.ts';
import { keywordOf, rowChangeOf, type SqlStatement } from '../../sql/index.ts';
import type { OperationContext } from '../operation.ts';
import { type Replica, Stage } from '../program.ts';
import { Refused } from '../refused.ts';
import type { Step } from '../trace-lineage.ts';
import { assertPlannedAlike } from './planned-alike.ts';
import { type Reach, reachOf } from './reach.ts';
import { liesInFile, replicaOf } from './replicate.ts';
import { targetOfStatement } from './statement-target.ts';

/**
 * Leaves a statement to SQLite: it runs on TEMP tables when the lens is installed, and what it changed is read from
 * there. It joins the open stage where there is one. After a failure nothing is changed.
 *
 * @throws Refused when even so it might not do what it does in a replay, or a table that it reaches is not known
 * @throws StepToStage
 */
export function runInStage(context: OperationContext, reason: string): void {
  const { step, tables } = context;
  const target = targetOfStatement(step.statement);
  if (target === undefined) throw new Refused(reason);
  const reach = reachOf(step.statement, target, step.before);
  assertPlannedAlike(step, target, reach);
  const isRecursive = mayRecur(step);
  const stage = tables.openStage ?? new Stage(tables.stages.length + 1);
  const replicas = [...reach.tables].flatMap((key) => replicasFor(key, stage, reach, context));
  for (const [key, replica] of replicas) stage.replicas.set(key, replica);
  for (const key of reach.tables) reachTable(key, stage, reach, context);
  for (const view of reach.views) stage.views.set(view.name, view);
  for (const trigger of reach.triggers) stage.triggers.set(trigger.name, trigger);
  for (const trigger of reach.actions) stage.actions.set(trigger.name, trigger);
  const place = { migration: step.migration.name, statement: step.statement.text };
  stage.runs.push({ ...place, sql: sqlToRun(step.statement), reason, isRecursive });
  tables.leaveStage(stage, keywordOf(step.statement.tokens[0]) !== 'ALTER');
}

function replicasFor(
  key: string,
  stage: Stage,
  reach: Reach,
  { step, tables }: OperationContext,
): [string, Replica][] {
  const isChanged = reach.changed.has(key);
  const virtual = tables.virtual(key);
  if (virtual && isChanged && !virtual.stage) {
    throw new Refused(`it changes ${virtual.name}, a virtual table of the file`);
  }
  const table = step.before.tables.get(key);
  if (!virtual && !table && step.before.opaque.has(key))
    throw new Refused(`it reads ${key}, a part of a virtual table`);
  if (virtual || !table || stage.replicas.has(key) || stage.changed.has(key)) return [];
  const rows = tables.peek(key);
  if (!isChanged && liesInFile(table, rows, step.before, tables.start)) return [];
  return [[key, replicaOf(table, rows, step.before)]];
}

function reachTable(key: string, stage: Stage, { changed }: Reach, { step, tables }: OperationContext): void {
  stage.reached.add(key);
  const virtual = tables.virtual(key);
  if (virtual?.stage && virtual.stage !== stage) stage.needs.add(virtual.stage);
  if (!changed.has(key)) return;
  if (virtual) tables.setVirtual(key, { ...virtual, stage });
  const table = step.after.tables.get(key);
  if (table) stage.changed.set(key, table);
}

/** A table that the statement makes must be made in TEMP. */
function sqlToRun({ text, tokens }: SqlStatement): string {
  const isPlainTable = keywordOf(tokens[0]) === 'CREATE' && keywordOf(tokens[1]) === 'TABLE';
  return isPlainTable ? `CREATE TEMP${text.slice('CREATE'.length)}` : text;
}

/** @throws Refused where it takes foreign keys of SQLite's own to do what they would. */
function mayRecur({ statement, before }: Step): boolean {
  const [change, schema] = [rowChangeOf(statement), before.acting()];
  const { isRecursive, aside, withKeys } = howToRun(change, actionsOf(change, schema), schema);
  if (withKeys || aside.length > 0) throw new Refused('it replaces rows under foreign keys and triggers');
  return isRecursive;
}
