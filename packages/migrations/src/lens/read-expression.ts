import { type BinaryExpr, type CaseExpr, type Expr, nameKey, textOf, type UnaryExpr } from '../sql/index.ts';
import { canFail } from './can-fail.ts';
import { combined, type Read, type ReadExpression } from './expression-parts.ts';
import { readFunction } from './read-function.ts';
import { readSubquery } from './read-subquery.ts';
import { Refused } from './refused.ts';
import { hasColumn, resolveColumn, type Scope } from './scope.ts';
import {
  anything,
  blobs,
  type Classes,
  classesOfCast,
  classesOfNumber,
  classesOfText,
  integers,
  isWithin,
  nulls,
  numbers,
  reals,
  texts,
  truth,
} from './storage-classes.ts';

/** What operators yield that do not answer yes or no. */
const operators: Partial<Record<BinaryExpr['op'], Classes>> = {
  Add: numbers | nulls,
  Subtract: numbers | nulls,
  Multiply: numbers | nulls,
  Divide: numbers | nulls,
  Modulus: numbers | nulls,
  Concat: texts | nulls,
  ArrowRight: texts | nulls,
  ArrowRightShift: anything & ~blobs,
};

const integral = new Set<BinaryExpr['op']>(['Add', 'Subtract', 'Multiply']);

/**
 * Reads an expression that has the same value wherever and whenever it is evaluated over the same rows.
 *
 * @throws Refused for anything else, and for every form of expression that is not listed here.
 */
export const readExpression: Read = (node, scope) => {
  switch (node.type) {
    case 'StringLiteral':
      return constant(node, scope, classesOfText(node.value));
    case 'NumericLiteral':
      return constant(node, scope, classesOfNumber(node.value));
    case 'BlobLiteral':
      return constant(node, scope, blobs);
    case 'NullLiteral':
      return constant(node, scope, nulls);
    case 'Id':
      return isTruthValue(node, scope) ? constant(node, scope, integers) : readColumn(node, scope, node.name);
    case 'QualifiedExpr':
      if (node.schema) break;
      return readColumn(node, scope, node.column.text, node.table.text);
    case 'ParenthesizedExpr':
      return readParentheses(node, scope);
    case 'SubqueryExpr':
      return readSubquery(node.select, scope, 'scalar', readExpression);
    case 'BinaryExpr':
      return readBinary(node, scope);
    case 'UnaryExpr':
      return readUnary(node, scope);
    case 'CollateExpr': {
      const operand = readExpression(node.expr, scope);
      return operator(node, scope, operand.classes, [operand]);
    }
    case 'IsNullExpr':
    case 'NotNullExpr':
      return readTruth(node, scope, [node.expr]);
    case 'BetweenExpr':
      return readTruth(node, scope, [node.lhs, node.start, node.end]);
    case 'LikeExpr':
      return readLike(node, scope);
    case 'InListExpr':
      return readTruth(node, scope, [node.lhs, ...(node.rhs ?? [])]);
    case 'InSelectExpr': {
      const parts = [readExpression(node.lhs, scope), readSubquery(node.rhs, scope, 'set', readExpression)];
      return operator(node, scope, truth, parts);
    }
    case 'ExistsExpr': {
      const query = readSubquery(node.select, scope, 'set', readExpression);
      return { ...query, sql: textOf(node, scope.sql), classes: integers };
    }
    case 'CaseExpr':
      return readCase(node, scope);
    case 'CastExpr': {
      const type = node.typeName ? textOf(node.typeName, scope.sql) : '';
      return combined(node, scope, classesOfCast(type), [readExpression(node.expr, scope)]);
    }
    case 'FunctionCallExpr':
    case 'FunctionCallStarExpr':
      return readFunction(node, scope, readExpression);
  }
  throw new Refused(`it holds an expression that the lens does not know: ${textOf(node, scope.sql)}`);
};

function constant(node: Expr, scope: Scope, classes: Classes): ReadExpression {
  return combined(node, scope, classes, []);
}

/** TRUE and FALSE are names, and mean a column where there is one. */
function isTruthValue(node: Extract<Expr, { type: 'Id' }>, scope: Scope): boolean {
  return /^(true|false)$/i.test(textOf(node, scope.sql)) && !hasColumn(scope, node.name);
}

function readColumn(node: Expr, scope: Scope, name: string, qualifier?: string): ReadExpression {
  const { value, frame } = resolveColumn(scope, name, qualifier);
  if (frame === scope.frames[0]) scope.uses.push(nameKey(name));
  const { cost, depth, canFail, classes } = value;
  return { ...constant(node, scope, classes), cost, depth, canFail, frames: new Set([frame]) };
}

function readParentheses(node: Extract<Expr, { type: 'ParenthesizedExpr' }>, scope: Scope): ReadExpression {
  const [inner, ...others] = node.exprs;
  if (!inner || others.length > 0) throw new Refused('it compares several values at once');
  return { ...readExpression(inner, scope), sql: textOf(node, scope.sql), isOperator: false };
}

/** Operators in a row yield what any of them can: so nothing depends on how they bind. */
function operator(
  node: Expr,
  scope: Scope,
  classes: Classes,
  operands: readonly ReadExpression[],
): ReadExpression {
  const all = operands.reduce((sum, operand) => (operand.isOperator ? sum | operand.classes : sum), classes);
  return { ...combined(node, scope, all, operands), isOperator: true };
}

function readTruth(node: Expr, scope: Scope, parts: readonly Expr[]): ReadExpression {
  return operator(
    node,
    scope,
    truth,
    parts.map((part) => readExpression(part, scope)),
  );
}

function readBinary(node: BinaryExpr, scope: Scope): ReadExpression {
  const [left, right] = [readExpression(node.left, scope), readExpression(node.right, scope)];
  const isIntegral = integral.has(node.op) && isWithin(left.classes | right.classes, integers);
  const classes = isIntegral ? integers | reals : (operators[node.op] ?? truth);
  return failing(node, scope, operator(node, scope, classes, [left, right]));
}

/** A user can give MATCH and REGEXP any meaning. */
function readLike(node: Extract<Expr, { type: 'LikeExpr' }>, scope: Scope): ReadExpression {
  if (node.op !== 'Like' && node.op !== 'Glob')
    throw new Refused(`it uses the operator ${node.op.toUpperCase()}`);
  const parts = [node.lhs, node.rhs, ...(node.escape ? [node.escape] : [])];
  return failing(node, scope, readTruth(node, scope, parts));
}

function failing(node: Expr, { lineage }: Scope, read: ReadExpression): ReadExpression {
  return canFail(node, lineage) ? { ...read, canFail: true } : read;
}

function readUnary(node: UnaryExpr, scope: Scope): ReadExpression {
  const operand = readExpression(node.expr, scope);
  if (node.op === 'Not' || node.op === 'BitwiseNot') return operator(node, scope, truth, [operand]);
  const isSame = node.op === 'Positive' || node.expr.type === 'NumericLiteral';
  return operator(node, scope, isSame ? operand.classes : numbers | nulls, [operand]);
}

function readCase(node: CaseExpr, scope: Scope): ReadExpression {
  const { base, whenThenPairs, elseExpr } = node;
  const results = [...whenThenPairs.map((pair) => pair.then), ...(elseExpr ? [elseExpr] : [])].map((part) =>
    readExpression(part, scope),
  );
  const others = [...(base ? [base] : []), ...whenThenPairs.map((pair) => pair.when)].map((part) =>
    readExpression(part, scope),
  );
  const classes = results.reduce((all, result) => all | result.classes, elseExpr ? 0 : nulls);
  return combined(node, scope, classes, [...results, ...others]);
}
