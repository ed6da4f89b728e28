import type { SchemaObject } from '../replay/index.ts';
import { keywordOf, nameAt, nameKey, parseSql, tokenizeSql } from '../sql/index.ts';
import type { Shape } from './shape.ts';
import { targetOfStatement } from './stage/statement-target.ts';
import type { Step } from './trace-lineage.ts';

/**
 * What becomes of the ordinary tables alone: without the statements that make, change or drop virtual tables, and
 * without the triggers that do nothing but keep those.
 */
export function ordinarySteps(steps: readonly Step[]): Step[] {
  return steps.filter((step) => !isAboutVirtual(step)).map(ordinaryStep);
}

const knownSteps = new WeakMap<Step, Step>();

function ordinaryStep(step: Step): Step {
  const known = knownSteps.get(step);
  if (known) return known;
  const ordinary = { ...step, before: ordinaryShape(step.before), after: ordinaryShape(step.after) };
  knownSteps.set(step, ordinary);
  return ordinary;
}

function isAboutVirtual({ statement, before }: Step): boolean {
  const [first, second] = [keywordOf(statement.tokens[0]), keywordOf(statement.tokens[1])];
  if (first === 'CREATE' && second === 'VIRTUAL') return true;
  const target = hasTableThird(first, second)
    ? nameAt(statement.tokens, keywordOf(statement.tokens[2]) === 'IF' ? 4 : 2)
    : targetOfStatement(statement);
  return target !== undefined && before.opaque.has(nameKey(target));
}

function hasTableThird(first: string, second: string): boolean {
  return (first === 'DROP' || first === 'ALTER') && second === 'TABLE';
}

const knownShapes = new WeakMap<Shape, Shape>();

/** Keeps what statements see of virtual tables, so that one which reads them is refused. */
export function ordinaryShape(shape: Shape): Shape {
  const known = knownShapes.get(shape);
  if (known) return known;
  const leftOut = shape.objects.filter((object) => isIdleTrigger(object, shape));
  const objects = shape.objects.filter((object) => !leftOut.includes(object));
  const ordinary = leftOut.length === 0 ? shape : { ...shape, objects, leftOut };
  knownShapes.set(shape, ordinary);
  return ordinary;
}

/** True for a trigger that changes rows of virtual tables only, and stops nothing. */
function isIdleTrigger({ type, sql }: SchemaObject, { opaque }: Shape): boolean {
  if (type !== 'trigger' || opaque.size === 0) return false;
  if ([...tokenizeSql(sql)].some((token) => keywordOf(token) === 'RAISE')) return false;
  const trigger = parseSql(sql);
  return (
    trigger?.type === 'CreateTriggerStmt' &&
    trigger.commands.every(
      (command) => !('tblName' in command) || opaque.has(nameKey(command.tblName.objName.text)),
    )
  );
}

/** True where no version has a virtual table: all tables are ordinary then. */
export function hasVirtual(shapes: readonly Shape[]): boolean {
  return shapes.some(({ opaque }) => opaque.size > 0);
}
