import type { Lineage } from '../lineage/index.ts';
import { type Expr, type FunctionCallExpr, nameKey, type SqlNode } from '../sql/index.ts';

/** Whether it is an operator, a call or a table of JSON that raises an error on some values, whatever stands inside it. */
export function canFail(node: SqlNode, lineage: Lineage): boolean {
  switch (node.type) {
    case 'BinaryExpr':
      return node.op.startsWith('Arrow');
    case 'LikeExpr':
      return node.escape !== undefined || !isShort(node.rhs);
    case 'FunctionCallExpr':
      return isOfLineage(nameKey(node.name.name), lineage) || canCallFail(node);
    case 'FunctionCallStarExpr':
      return isOfLineage(nameKey(node.name.name), lineage);
    case 'TableCallSelectTable':
      return true;
    default:
      return false;
  }
}

/** By its name key: one that stands for SQLite's own, too. */
export function isOfLineage(name: string, { functions }: Lineage): boolean {
  return Object.keys(functions).some((known) => nameKey(known) === name);
}

/**
 * JSON functions fail on text that is not JSON, sums and absolute values at the end of the integers, `like` and `glob` on
 * long patterns; and a few make of short values one that is longer than SQLite takes.
 */
function canCallFail({ name: { name }, args = [] }: FunctionCallExpr): boolean {
  const [first, second, third] = args;
  switch (nameKey(name)) {
    case 'abs':
    case 'sum':
    case 'zeroblob':
      return true;
    case 'json_valid':
      return second !== undefined;
    case 'like':
    case 'glob':
      return third !== undefined || !isShort(first);
    case 'format':
    case 'printf':
      return !isPlainFormat(first);
    case 'replace':
      return lengthOf(third) > (second?.type === 'StringLiteral' ? lengthOf(second) : 0);
    default:
      return nameKey(name).startsWith('json');
  }
}

/** A pattern that is given may have 50,000 bytes. Source: https://www.sqlite.org/limits.html */
function isShort(pattern: Expr | undefined): boolean {
  return lengthOf(pattern) <= 10_000;
}

function lengthOf(node: Expr | undefined): number {
  return node?.type === 'StringLiteral' ? Buffer.byteLength(node.value) : Number.POSITIVE_INFINITY;
}

/** Without a width that a value gives, or that is beyond all use. */
function isPlainFormat(format: Expr | undefined): boolean {
  return format?.type === 'StringLiteral' && !/[*]|\d{6}/.test(format.value);
}
