import { type Expr, type FunctionCallExpr, nameKey } from '../sql/index.ts';
import { editedText, type TextEdit } from './edited-text.ts';
import { isPlainCall, jsonEdits, type Place, readingFunctions } from './json-edits.ts';
import { areApart, type JsonPath, jsonPath, pathOfArrow } from './json-path.ts';
import { resolveNode, type Scope } from './scope.ts';
import type { JsonChain } from './value.ts';

/** A column of the rows below: as it lies there, or JSON that was made of that. */
export interface ColumnBelow {
  readonly sql: string;
  readonly chain: JsonChain | undefined;
}

export interface Below {
  readonly scope: Scope;
  /** By name key; undefined for a column that is anything else. */
  readonly column: (key: string) => ColumnBelow | undefined;
}

/**
 * An expression over changed rows as one over the rows below, with the same value; undefined where none is known. Of JSON
 * that was changed it may ask whether it is NULL, which changes leave as it is, and what stands where nothing was changed.
 */
export function putOver(node: Expr, place: Place, below: Below): string | undefined {
  const edits: TextEdit[] = [];
  if (!mayStand(node, below, edits)) return undefined;
  const renamed = jsonEdits(node, below.scope, place).filter(({ column }) => column === undefined);
  return editedText(node, [...edits, ...renamed], below.scope.sql);
}

/**
 * The same of the condition under which a column is changed. It may ask whether the JSON in that is any, too: so the two
 * are the same where all that changed it was under the same condition, which holds of what was changed.
 */
export function putConditionOver(node: Expr, key: string, below: Below): string | undefined {
  const inner = bare(node);
  if (inner.type === 'BinaryExpr' && inner.op === 'And') {
    const [left, right] = [inner.left, inner.right].map((part) => putConditionOver(part, key, below));
    return left && right && `(${left} AND ${right})`;
  }
  const column = inner.type === 'FunctionCallExpr' ? columnAskedIfValid(inner, below) : undefined;
  return column?.key === key ? `json_valid(${column.sql})` : putOver(inner, 'text', below);
}

function columnAskedIfValid(node: FunctionCallExpr, below: Below): ReturnType<typeof columnBelow> {
  const [json, ...others] = node.args ?? [];
  const isAsked = nameKey(node.name.name) === 'json_valid' && isPlainCall(node, below.scope);
  return json && others.length === 0 && isAsked ? columnBelow(json, below) : undefined;
}

export function bare(node: Expr): Expr {
  const [inner, ...others] = node.type === 'ParenthesizedExpr' ? node.exprs : [];
  return inner && others.length === 0 ? bare(inner) : node;
}

/** What an expression asks of whether it is NULL, or is not. */
export function askedIfNull(node: Expr): { readonly of: Expr; readonly isNot: boolean } | undefined {
  if (node.type === 'IsNullExpr') return { of: node.expr, isNot: false };
  if (node.type === 'NotNullExpr') return { of: node.expr, isNot: true };
  if (node.type !== 'BinaryExpr' || node.right.type !== 'NullLiteral') return undefined;
  return node.op === 'Is' || node.op === 'IsNot' ? { of: node.left, isNot: node.op === 'IsNot' } : undefined;
}

/** The column that an expression is nothing but. */
export function columnBelow(node: Expr, below: Below): (ColumnBelow & { readonly key: string }) | undefined {
  const inner = bare(node);
  const resolved =
    inner.type === 'Id' || inner.type === 'QualifiedExpr' ? resolveNode(inner, below.scope) : undefined;
  const key = resolved?.value.column === undefined ? undefined : nameKey(resolved.value.column);
  const column = key === undefined ? undefined : below.column(key);
  return column && key !== undefined ? { ...column, key } : undefined;
}

function mayStand(node: Expr, below: Below, edits: TextEdit[]): boolean {
  const all = (...parts: readonly (Expr | undefined)[]) =>
    parts.every((part) => part === undefined || mayStand(part, below, edits));
  const asked = askedIfNull(node);
  if (asked && mayStandAs(asked.of, below, edits, () => true)) return true;
  switch (node.type) {
    case 'StringLiteral':
    case 'NumericLiteral':
    case 'BlobLiteral':
    case 'NullLiteral':
      return true;
    case 'Id':
    case 'QualifiedExpr':
      return mayStandAs(node, below, edits, () => false);
    case 'ParenthesizedExpr':
      return node.exprs.length === 1 && all(...node.exprs);
    case 'IsNullExpr':
    case 'NotNullExpr':
      return all(node.expr);
    case 'BinaryExpr': {
      const path = node.op.startsWith('Arrow') ? literal(node.right, pathOfArrow) : undefined;
      return (path && mayStandAs(node.left, below, edits, isApartFrom(path))) || all(node.left, node.right);
    }
    case 'UnaryExpr':
    case 'CastExpr':
    case 'CollateExpr':
      return all(node.expr);
    case 'BetweenExpr':
      return all(node.lhs, node.start, node.end);
    case 'LikeExpr':
      return all(node.lhs, node.rhs, node.escape);
    case 'InListExpr':
      return all(node.lhs, ...(node.rhs ?? []));
    case 'CaseExpr':
      return all(node.base, node.elseExpr, ...node.whenThenPairs.flatMap((pair) => [pair.when, pair.then]));
    case 'FunctionCallExpr':
      return mayCall(node, below, edits);
    default:
      return false;
  }
}

function mayCall(node: FunctionCallExpr, below: Below, edits: TextEdit[]): boolean {
  const args = node.args ?? [];
  const [json, at] = args;
  const path = at && args.length === 2 ? literal(at, jsonPath) : undefined;
  const asksAtPath = readingFunctions.has(nameKey(node.name.name)) && isPlainCall(node, below.scope);
  if (json && path && asksAtPath && mayStandAs(json, below, edits, isApartFrom(path))) return true;
  return args.every((arg) => mayStand(arg, below, edits));
}

function literal(node: Expr, pathOf: (text: string) => JsonPath | undefined): JsonPath | undefined {
  return node.type === 'StringLiteral' ? pathOf(node.value) : undefined;
}

function isApartFrom(path: JsonPath): (chain: JsonChain) => boolean {
  return ({ paths }) => paths?.every((changed) => areApart(changed, path)) ?? false;
}

function mayStandAs(
  node: Expr,
  below: Below,
  edits: TextEdit[],
  mayBe: (chain: JsonChain) => boolean,
): boolean {
  const inner = bare(node);
  const column = columnBelow(inner, below);
  if (!column || (column.chain && !mayBe(column.chain))) return false;
  edits.push({ ...spanOf(inner), sql: column.sql });
  return true;
}

function spanOf({ span: { offset, length } }: Expr): { offset: number; length: number } {
  return { offset, length };
}
