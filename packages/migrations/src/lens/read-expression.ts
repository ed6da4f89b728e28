import type { BetweenExpr, BinaryExpr, CaseExpr, Keyword, Node, PrefixOpExpr } from 'sql-parser-cst';
import { nameKey } from '../sql/name-key.ts';
import { combined, type Read, type ReadExpression } from './expression-parts.ts';
import { readFunction } from './read-function.ts';
import { readSubquery } from './read-subquery.ts';
import { Refused } from './refused.ts';
import { resolveColumn, type Scope } from './scope.ts';
import { textOf } from './statement-text.ts';
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

/** Operators, with the kinds of values they yield. A user can give MATCH and REGEXP any meaning: they are not here. */
const operators: Readonly<Record<string, Classes>> = {
  '+': numbers | nulls,
  '-': numbers | nulls,
  '*': numbers | nulls,
  '/': numbers | nulls,
  '%': numbers | nulls,
  '||': texts | nulls,
  '->': texts | nulls,
  '->>': anything & ~blobs,
  ...Object.fromEntries(
    ['&', '|', '<<', '>>', '=', '==', '<>', '!=', '<', '<=', '>', '>=', 'AND', 'OR', 'IS', 'IS NOT', 'IN']
      .concat(['NOT IN', 'LIKE', 'NOT LIKE', 'GLOB', 'NOT GLOB', 'ESCAPE', 'ISNULL', 'NOTNULL', 'NOT NULL'])
      .concat(['IS DISTINCT FROM', 'IS NOT DISTINCT FROM'])
      .map((operator) => [operator, truth]),
  ),
};

/** They fail on text that is not JSON, and on an escape of two letters. */
const failingOperators = new Set(['->', '->>', 'ESCAPE']);

/**
 * Reads an expression that has the same value wherever and whenever it is evaluated over the same rows.
 *
 * @throws Refused for anything else, and for every form of expression that is not listed here.
 */
export const readExpression: Read = (node, scope) => {
  switch (node.type) {
    case 'string_literal':
      return constant(node, scope, classesOfText(node.value));
    case 'number_literal':
      return constant(node, scope, classesOfNumber(node.text));
    case 'blob_literal':
      return constant(node, scope, blobs);
    case 'boolean_literal':
      return constant(node, scope, integers);
    case 'null_literal':
      return constant(node, scope, nulls);
    case 'identifier':
      return readColumn(node, scope, node.name);
    case 'member_expr':
      if (node.object.type !== 'identifier' || node.property.type !== 'identifier') break;
      return readColumn(node, scope, node.property.name, node.object.name);
    case 'paren_expr':
      if (node.expr.type === 'select_stmt') return readSubquery(node.expr, scope, 'scalar', readExpression);
      return { ...readExpression(node.expr, scope), sql: textOf(node, scope.sql), isOperator: false };
    case 'binary_expr':
      return readBinary(node as BinaryExpr, scope);
    case 'prefix_op_expr':
      return readPrefix(node, scope);
    case 'postfix_op_expr':
      return operator(node, scope, truth, [readExpression(node.expr, scope)]);
    case 'between_expr':
      return readBetween(node, scope);
    case 'case_expr':
      return readCase(node as CaseExpr, scope);
    case 'cast_expr': {
      const { expr, dataType } = node.args.expr;
      const type = textOf(dataType, scope.sql);
      return combined(node, scope, classesOfCast(type), [readExpression(expr, scope)]);
    }
    case 'func_call':
      return readFunction(node, scope, readExpression);
  }
  throw new Refused(`it holds an expression that the lens does not know: ${textOf(node, scope.sql)}`);
};

function constant(node: Node, scope: Scope, classes: Classes): ReadExpression {
  return combined(node, scope, classes, []);
}

function readColumn(node: Node, scope: Scope, name: string, qualifier?: string): ReadExpression {
  const { value, frame } = resolveColumn(scope, name, qualifier);
  if (frame === scope.frames[0]) scope.uses.push(nameKey(name));
  const { cost, depth, canFail, classes } = value;
  return { ...constant(node, scope, classes), cost, depth, canFail, frames: new Set([frame]) };
}

/**
 * Operators in a row yield what any of them can: so nothing depends on how the parser and SQLite think that
 * `a || b -> c` binds.
 */
function operator(
  node: Node,
  scope: Scope,
  classes: Classes,
  operands: readonly ReadExpression[],
): ReadExpression {
  const all = operands.reduce((sum, operand) => (operand.isOperator ? sum | operand.classes : sum), classes);
  return { ...combined(node, scope, all, operands), isOperator: true };
}

function nameOfOperator(operator: unknown): string {
  if (typeof operator === 'string') return operator;
  const keywords = (Array.isArray(operator) ? operator : [operator]) as Keyword[];
  return keywords.map((keyword) => keyword.name).join(' ');
}

function readBinary(node: BinaryExpr, scope: Scope): ReadExpression {
  const name = nameOfOperator(node.operator);
  const left = readExpression(node.left, scope);
  if (name === 'COLLATE') return operator(node, scope, left.classes, [left]);
  if (name === 'IN' || name === 'NOT IN')
    return operator(node, scope, truth, [left, readInList(node.right, scope)]);
  const classes = operators[name];
  if (classes === undefined) throw new Refused(`it uses the operator ${name}`);
  const right = readExpression(node.right, scope);
  const isIntegral = '+-*'.includes(name) && isWithin(left.classes | right.classes, integers);
  const result = operator(node, scope, isIntegral ? integers | reals : classes, [left, right]);
  return failingOperators.has(name) ? { ...result, canFail: true } : result;
}

function readInList(node: Node, scope: Scope): ReadExpression {
  if (node.type !== 'paren_expr') throw new Refused('it has IN without parentheses');
  const { expr } = node;
  if (expr.type === 'select_stmt') return readSubquery(expr, scope, 'set', readExpression);
  const items = expr.type === 'list_expr' ? expr.items : [expr];
  return combined(
    node,
    scope,
    truth,
    items.map((item) => readExpression(item, scope)),
  );
}

function readPrefix(node: PrefixOpExpr, scope: Scope): ReadExpression {
  const name = nameOfOperator(node.operator);
  if (name === 'EXISTS') {
    const query = node.expr.type === 'paren_expr' ? node.expr.expr : node.expr;
    if (query.type !== 'select_stmt') throw new Refused('it has EXISTS of something that is not a SELECT');
    return {
      ...readSubquery(query, scope, 'set', readExpression),
      sql: textOf(node, scope.sql),
      classes: integers,
    };
  }
  const operand = readExpression(node.expr, scope);
  if (name === 'NOT' || name === '~') return operator(node, scope, truth, [operand]);
  if (name === '+') return operator(node, scope, operand.classes, [operand]);
  if (name !== '-') throw new Refused(`it uses the operator ${name}`);
  const isNumber = node.expr.type === 'number_literal';
  return operator(node, scope, isNumber ? operand.classes : numbers | nulls, [operand]);
}

function readBetween(node: BetweenExpr, scope: Scope): ReadExpression {
  return operator(
    node,
    scope,
    truth,
    [node.left, node.begin, node.end].map((part) => readExpression(part, scope)),
  );
}

function readCase(node: CaseExpr, scope: Scope): ReadExpression {
  const results = node.clauses.map((clause) => readExpression(clause.result, scope));
  const conditions = node.clauses.flatMap((clause) =>
    clause.type === 'case_when' ? [clause.condition] : [],
  );
  const others = [...(node.expr ? [node.expr] : []), ...conditions].map((part) =>
    readExpression(part, scope),
  );
  const hasElse = node.clauses.some((clause) => clause.type === 'case_else');
  const classes = results.reduce((all, result) => all | result.classes, hasElse ? 0 : nulls);
  return combined(node, scope, classes, [...results, ...others]);
}
