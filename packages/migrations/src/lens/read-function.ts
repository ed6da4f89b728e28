import { type Expr, type FunctionCallExpr, type FunctionCallStarExpr, nameKey } from '../sql/index.ts';
import { canFail, isOfLineage } from './can-fail.ts';
import { combined, type Read, type ReadExpression } from './expression-parts.ts';
import { Refused } from './refused.ts';
import type { Scope } from './scope.ts';
import { dateFunctions, orderedAggregates, orderlessAggregates, sqlFunctions } from './sql-functions.ts';
import { anything, blobs, type Classes, integers, isWithin, nulls } from './storage-classes.ts';

type FunctionCall = FunctionCallExpr | FunctionCallStarExpr;

/** Reads a call. @throws Refused when the function can return something else the next time it is called. */
export function readFunction(node: FunctionCall, scope: Scope, read: Read): ReadExpression {
  const name = nameKey(node.name.name);
  if (node.filterOver) throw new Refused(`it calls ${name} with FILTER or OVER`);
  const args = readArguments(node, scope, read);
  if (isAggregate(name, args.length, scope)) return readAggregate(node, name, scope, read);
  if (isOrdered(node) || (node.type === 'FunctionCallExpr' && node.distinctness))
    throw new Refused(`it calls ${name} with DISTINCT or ORDER BY`);
  const result = combined(node, scope, classesOfCall(node, name, args, scope), args);
  return { ...result, canFail: result.canFail || canFail(node, scope.lineage) };
}

function readArguments(node: FunctionCall, scope: Scope, read: Read): ReadExpression[] {
  return argumentsOf(node).map((arg) => read(arg, scope));
}

function argumentsOf(node: FunctionCall): readonly Expr[] {
  return node.type === 'FunctionCallExpr' ? (node.args ?? []) : [];
}

function isOrdered(node: FunctionCall): boolean {
  return node.type === 'FunctionCallExpr' && node.orderBy !== undefined;
}

function classesOfCall(
  node: FunctionCall,
  name: string,
  args: readonly ReadExpression[],
  scope: Scope,
): Classes {
  if (isOfLineage(name, scope.lineage)) return anything;
  const date = Object.hasOwn(dateFunctions, name) ? dateFunctions[name] : undefined;
  if (date !== undefined) {
    assertTimeless(node, name, args);
    return date;
  }
  const returns = Object.hasOwn(sqlFunctions, name) ? sqlFunctions[name] : undefined;
  if (returns) return returns(args.map((arg) => arg.classes));
  throw new Refused(`${name}() may return something else each time it is called`);
}

/** Source: https://www.sqlite.org/lang_datefunc.html: a missing time value and 'now' mean the present moment. */
function assertTimeless(node: FunctionCall, name: string, args: readonly ReadExpression[]): void {
  const needed = name === 'strftime' || name === 'timediff' ? 2 : 1;
  const literals = argumentsOf(node).flatMap((arg) =>
    arg.type === 'StringLiteral' ? [nameKey(arg.value.trim())] : [],
  );
  const asks = literals.some((literal) => ['now', 'localtime', 'utc'].includes(literal));
  if (args.length < needed || asks) throw new Refused(`${name}() asks for the time or the time zone`);
}

function isAggregate(name: string, argumentCount: number, scope: Scope): boolean {
  const isScalar = (name === 'max' || name === 'min') && argumentCount > 1;
  const isKnown = orderlessAggregates.has(name) || Object.hasOwn(orderedAggregates, name);
  if (!isKnown || isScalar) return false;
  if (scope.aggregates === 'none')
    throw new Refused(`it calls the aggregate ${name} where the lens knows none`);
  return true;
}

function readAggregate(node: FunctionCall, name: string, scope: Scope, read: Read): ReadExpression {
  if (isOrdered(node)) throw new Refused(`it calls ${name} with ORDER BY`);
  const args = readArguments(node, { ...scope, aggregates: 'none' }, read);
  const classes = classesOfAggregate(node, name, args, scope);
  const inner = scope.frames.at(-1);
  const result = combined(node, scope, classes, args);
  const outer = [...result.frames].filter((frame) => frame !== inner);
  return {
    ...result,
    frames: new Set(outer),
    hasAggregate: true,
    canFail: result.canFail || canFail(node, scope.lineage),
  };
}

function classesOfAggregate(
  node: FunctionCall,
  name: string,
  args: readonly ReadExpression[],
  scope: Scope,
): Classes {
  if (name === 'count') return integers;
  const classes = args[0]?.classes ?? nulls;
  if (scope.aggregates === 'ordered') {
    const known = orderedAggregates[name];
    return name === 'sum' ? anything & ~blobs : (known ?? classes | nulls);
  }
  if (Object.hasOwn(orderedAggregates, name))
    throw new Refused(`the result of ${name}() follows the order of rows`);
  if (name === 'sum') {
    if (!isWithin(classes, nulls | integers)) throw new Refused('sum() of reals follows the order of rows');
    return nulls | integers;
  }
  if (!isExtremeDistinct(node, scope))
    throw new Refused(`${name}() must choose between values that compare as equal`);
  return classes | nulls;
}

/** Values that compare as equal are the same value in a column that is neither BLOB nor collated. */
function isExtremeDistinct(node: FunctionCall, scope: Scope): boolean {
  const [arg] = argumentsOf(node);
  const name = arg?.type === 'Id' ? arg.name : arg?.type === 'QualifiedExpr' ? arg.column.text : undefined;
  if (name === undefined) return false;
  const value = scope.frames
    .at(-1)
    ?.tables.flatMap((table) => [...table.values])
    .find(([key]) => key === nameKey(name))?.[1];
  return value !== undefined && value.affinity !== 'blob' && value.collation === 'BINARY';
}
