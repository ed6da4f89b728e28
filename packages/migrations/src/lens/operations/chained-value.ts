import { type Expr, nameKey } from '../../sql/index.ts';
import { chainSql, type JsonSteps, joinedSteps } from '../json-chain.ts';
import { askedIfNull, type Below, bare, columnBelow, putConditionOver } from '../put-over.ts';
import { readSteps } from '../read-json-steps.ts';
import { classesHeldBy, isWithin, nulls, texts, truth } from '../storage-classes.ts';
import { choiceOfValues, storedValue } from '../stored-value.ts';
import type { ColumnShape } from '../table-shape.ts';
import type { Expression, JsonChain, JsonCondition, Value } from '../value.ts';

/** An expression that a column is set to, where a condition holds. */
export interface SetTo {
  readonly node: Expr;
  readonly where: Expr | undefined;
  /** What both cost, each over plain columns. */
  readonly cost: number;
  readonly depth: number;
}

/**
 * What a column holds that JSON functions make of itself or another, all in one expression: JSON is parsed once and
 * written once. Undefined for what is not that, or is not sure to be the same. `valueOf` gives the values below.
 */
export function chainedValue(
  set: SetTo,
  column: ColumnShape,
  below: Below,
  known: (key: string) => Value | undefined,
): Value | undefined {
  const key = nameKey(column.name);
  const { node, where } = withoutCase(set, key, below);
  const read = readSteps(node, below);
  const source = read && known(read.key);
  const isText = isWithin(texts | nulls, classesHeldBy(column.affinity));
  if (!source || !isText || (where && read.key !== key)) return undefined;
  const asked = where && conditionOf(where, key, read, below);
  if (asked === 'unknown') return undefined;
  const before = source.chain ?? { ...unchanged, kept: source, condition: asked };
  const condition = bothConditions(before, read, asked);
  const steps = joinedSteps(before, read);
  if (!steps || condition === 'unlike') return undefined;
  const [cost, depth] = [before.cost + set.cost, before.depth + set.depth];
  return valueOfChain({ ...steps, kept: before.kept, condition, cost, depth }, column);
}

const unchanged = { steps: [], paths: [], isLax: true, cost: 0, depth: 0 };

/** Undefined where it asks for nothing that is not so in any case. */
function conditionOf(
  where: Expr,
  key: string,
  { isLax }: JsonSteps,
  below: Below,
): JsonCondition | 'unknown' | undefined {
  const asked = bare(where);
  const ifNull = askedIfNull(asked);
  const isNotNull = ifNull?.isNot === true && columnBelow(ifNull.of, below)?.key === key;
  if (isNotNull && isLax) return undefined;
  const sql = putConditionOver(asked, key, below);
  return sql === undefined ? 'unknown' : { sql, isNotNull };
}

/** The condition under which both changes are made; where one of NULL makes NULL, it may as well not be made there. */
function bothConditions(
  first: JsonChain,
  then: JsonSteps,
  asked: JsonCondition | undefined,
): JsonCondition | undefined | 'unlike' {
  const { condition } = first;
  if (condition?.sql === asked?.sql) return condition;
  if (!asked) return condition?.isNotNull && then.isLax ? condition : 'unlike';
  return !condition && asked.isNotNull && first.isLax ? asked : 'unlike';
}

/** `CASE WHEN p THEN e ELSE c END` sets the column c where p holds. */
function withoutCase(set: SetTo, key: string, below: Below): SetTo {
  const node = bare(set.node);
  if (set.where || node.type !== 'CaseExpr' || node.base || !node.elseExpr) return set;
  const [pair, ...others] = node.whenThenPairs;
  if (!pair || others.length > 0 || columnBelow(node.elseExpr, below)?.key !== key) return set;
  return { ...set, node: pair.then, where: pair.when };
}

function valueOfChain(chain: JsonChain, column: ColumnShape): Value {
  const [name, { condition, cost, depth }] = [chain.kept.sql, chain];
  const stored: Expression = {
    sql: chainSql(chain, name, 'json'),
    jsonb: chainSql(chain, name, 'jsonb'),
    classes: texts | nulls,
    cost,
    depth,
    canFail: true,
  };
  if (condition === undefined) return { ...storedValue(stored, column), chain };
  const where: Expression = { sql: condition.sql, classes: truth, cost: 1, depth: 1, canFail: true };
  return { ...choiceOfValues(where, stored, chain.kept, column), chain };
}
