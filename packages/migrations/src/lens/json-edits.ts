import { type BinaryExpr, type Expr, type FunctionCallExpr, nameKey } from '../sql/index.ts';
import type { TextEdit } from './edited-text.ts';
import { resolveNode, type Scope } from './scope.ts';

/**
 * Where an expression stands: as a text that all can see, as JSON that a JSON function reads, or as a value that one
 * puts into other JSON, which takes what a JSON function yields as JSON and every other text as a string.
 */
export type Place = 'text' | 'json' | 'member';

/** What does the same in the place of a part of a statement. */
export interface JsonEdit extends TextEdit {
  /** The name key of the column that is read as JSONB. */
  readonly column: string | undefined;
}

const changing = new Set(['json', 'json_set', 'json_insert', 'json_replace', 'json_remove', 'json_patch']);
/** Functions that ask of JSON and leave it as it is. */
export const readingFunctions = new Set(['json_extract', 'json_type', 'json_array_length']);

/**
 * What an expression may read and yield as JSONB, so that JSON goes from function to function without being written and
 * read again on the way. JSONB holds JSON as SQLite would write it: spelling of numbers, double keys, escapes and all.
 * Source: https://www.sqlite.org/json1.html#jsonb
 */
export function jsonEdits(node: Expr, scope: Scope, place: Place = 'text'): JsonEdit[] {
  const edits = (part: Expr | undefined, at: Place = 'text') => (part ? jsonEdits(part, scope, at) : []);
  const json = place === 'json' ? 'json' : 'text';
  switch (node.type) {
    case 'Id':
    case 'QualifiedExpr':
      return place === 'json' ? editOfColumn(node, scope) : [];
    case 'ParenthesizedExpr':
      return node.exprs.length === 1 ? edits(node.exprs[0], place) : [];
    case 'IsNullExpr':
    case 'NotNullExpr':
      return edits(node.expr, 'json');
    case 'BinaryExpr':
      return [...edits(node.left, asksJson(node) ? 'json' : 'text'), ...edits(node.right)];
    case 'UnaryExpr':
    case 'CastExpr':
    case 'CollateExpr':
      return edits(node.expr);
    case 'CaseExpr':
      return [
        ...edits(node.base),
        ...node.whenThenPairs.flatMap((pair) => [...edits(pair.when), ...edits(pair.then, json)]),
        ...edits(node.elseExpr, json),
      ];
    case 'FunctionCallExpr':
      return editsOfCall(node, scope, place);
    default:
      return [];
  }
}

/** `->`, `->>`, and whether it is NULL, which JSONB is where the text is. */
function asksJson({ op, right }: BinaryExpr): boolean {
  return op.startsWith('Arrow') || ((op === 'Is' || op === 'IsNot') && right.type === 'NullLiteral');
}

function editOfColumn(node: Expr, scope: Scope): JsonEdit[] {
  const column = resolveNode(node, scope);
  const jsonb = column?.frame === scope.frames[0] ? column?.value.jsonb : undefined;
  const name = column?.value.column;
  if (jsonb === undefined || name === undefined) return [];
  const { offset, length } = node.span;
  return [{ offset, length, sql: jsonb, column: nameKey(name) }];
}

function editsOfCall(node: FunctionCallExpr, scope: Scope, place: Place): JsonEdit[] {
  const name = nameKey(node.name.name);
  const args = node.args ?? [];
  if (!isPlainCall(node, scope)) return [];
  const yieldsJson = changing.has(name) || (name === 'json_extract' && args.length === 2);
  const { offset, length } = node.name.span;
  const renamed = yieldsJson && place !== 'text';
  const sql = name.replace(/^json/, 'jsonb');
  return [
    ...(renamed ? [{ offset, length, sql, column: undefined }] : []),
    ...args.flatMap((arg, at) => jsonEdits(arg, scope, placeOfArgument(name, at, args.length, place))),
  ];
}

function placeOfArgument(name: string, at: number, count: number, place: Place): Place {
  if (changing.has(name) || readingFunctions.has(name)) {
    if (at === 0 || name === 'json_patch') return 'json';
    const isMember = name !== 'json_remove' && name !== 'json' && changing.has(name) && at % 2 === 0;
    return isMember ? 'member' : 'text';
  }
  const isChoice = name === 'coalesce' || name === 'ifnull' || (name === 'iif' && count === 3 && at > 0);
  return isChoice && place === 'json' ? 'json' : 'text';
}

/** True for a call of SQLite's own function. */
export function isPlainCall(node: FunctionCallExpr, scope: Scope): boolean {
  return (
    !node.filterOver && !node.distinctness && !node.orderBy && !isOfLineage(nameKey(node.name.name), scope)
  );
}

function isOfLineage(name: string, { lineage }: Scope): boolean {
  return Object.keys(lineage.functions).some((known) =>
    [name, name.replace(/^json/, 'jsonb')].includes(nameKey(known)),
  );
}
