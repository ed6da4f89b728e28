import type { Lineage } from '../lineage/index.ts';
import {
  type DeleteStmt,
  type Expr,
  identifierOf,
  nameKey,
  type SelectFrom,
  type SqlNode,
  textOf,
  tokenizeSql,
  type UpdateStmt,
  visitSql,
} from '../sql/index.ts';
import { canFail } from './can-fail.ts';
import { editedText, type TextEdit } from './edited-text.ts';
import { bare } from './put-over.ts';
import { Refused } from './refused.ts';
import { indexesOf, type Shape } from './shape.ts';

interface Setting {
  /** The statement as written; nodes carry ranges into it. */
  readonly sql: string;
  /** The schema that it meets. */
  readonly shape: Shape;
  readonly lineage: Lineage;
}

/** Where a condition stands: in UPDATE or DELETE, in a query whose rows are stored, in one inside an expression. */
type Place = 'change' | 'rows' | 'subquery';

/**
 * The text of a statement, or of a part of it, where each WHERE asks what can fail after all else: of rows that fulfil the
 * rest alone, for by an index SQLite may never have met the others, in whatever order the terms are written.
 *
 * @throws Refused where a WHERE asks several things that can fail, and the order that SQLite takes them in is not known
 */
export function safeFirst(node: SqlNode, setting: Setting, place: Place = 'rows'): string {
  const edits = wheresIn(node, place).flatMap(([where, its]): TextEdit[] => {
    const sql = ordered(where, its, setting);
    const { offset, length } = where.span;
    return sql === textOf(where, setting.sql) ? [] : [{ offset, length, sql }];
  });
  return editedText(node, edits, setting.sql);
}

/** The outermost. A query that joins or groups rows is run as it is. */
function wheresIn(root: SqlNode, place: Place): [Expr, Place][] {
  const known = new Map<SqlNode, Place>();
  const found: [Expr, Place][] = [];
  visitSql(root, (node) => {
    const its = known.get(node);
    if (its) found.push([node as Expr, its]);
    if (its) return 'skip';
    if (node !== root && isQuery(node)) {
      found.push(...wheresIn(node, 'subquery'));
      return 'skip';
    }
    if (isChange(node) && node.whereClause) known.set(node.whereClause, 'change');
    if (isPlain(node) && node.whereClause) known.set(node.whereClause, place);
    return 'continue';
  });
  return found;
}

function isQuery({ type }: SqlNode): boolean {
  return type === 'SubqueryExpr' || type === 'ExistsExpr' || type === 'InSelectExpr';
}

function isChange(node: SqlNode): node is UpdateStmt | DeleteStmt {
  return node.type === 'UpdateStmt' || node.type === 'DeleteStmt';
}

function isPlain(node: SqlNode): node is SelectFrom {
  if (node.type !== 'SelectFrom') return false;
  return !(node.from?.joins || node.groupBy || node.having || node.distinctness);
}

function ordered(where: Expr, place: Place, setting: Setting): string {
  const within = bare(where);
  const choices = operandsOf(within, 'Or');
  const asWritten = safeFirst(where, setting, 'subquery');
  if (choices.length > 1) {
    const texts = choices.map((choice) => ordered(choice, place, setting));
    const isSame = choices.every((choice, at) => texts[at] === textOf(choice, setting.sql));
    return isSame ? asWritten : `(${texts.join(' OR ')})`;
  }
  const terms = operandsOf(within, 'And');
  const mayFail = (term: Expr) => holds(term, (node) => canFail(node, setting.lineage));
  const [safe, failing] = [terms.filter((term) => !mayFail(term)), terms.filter(mayFail)];
  if (terms.length === 1 || failing.length === 0) return asWritten;
  assertOrderKnown(failing, setting);
  const all = (some: readonly Expr[]) => some.map((term) => ordered(term, place, setting)).join(' AND ');
  const outside = place === 'change' ? safe.filter((term) => !holds(term, isQuery)) : safe;
  // In an expression SQLite asks first what holds no query; of the terms of a WHERE, first what an index has.
  const isGuarded = place === 'rows' ? safe.length > 0 : outside.length < safe.length;
  if (!isGuarded) return `(${all([...safe, ...failing])})`;
  return `(${[...outside.map((term) => all([term])), `CASE WHEN ${all(safe)} THEN ${all(failing)} END`].join(' AND ')})`;
}

function operandsOf(node: Expr, op: 'And' | 'Or'): Expr[] {
  const inner = bare(node);
  if (inner.type !== 'BinaryExpr' || inner.op !== op) return [node];
  return [...operandsOf(inner.left, op), ...operandsOf(inner.right, op)];
}

function holds(root: SqlNode, isWanted: (node: SqlNode) => boolean): boolean {
  let found = false;
  visitSql(root, (node) => {
    found ||= isWanted(node);
    return found ? 'break' : 'continue';
  });
  return found;
}

/** As they are written, unless one is a query, or an index has what one of them reads. */
function assertOrderKnown(failing: readonly Expr[], { sql, shape }: Setting): void {
  if (failing.length === 1) return;
  const names = (text: string) => [...tokenizeSql(text)].map((token) => nameKey(identifierOf(token) ?? ''));
  const read = new Set(failing.flatMap((term) => names(textOf(term, sql))));
  const tables = [...new Set(names(sql))].filter((name) => shape.tables.has(name));
  const indexed = tables.flatMap((table) => [
    ...(shape.uniqueKeys.get(table) ?? []).flat(),
    ...indexesOf(table, shape).flatMap((index) => names(index.sql)),
  ]);
  if (failing.some((term) => holds(term, isQuery)) || indexed.some((name) => name !== '' && read.has(name)))
    throw new Refused('it asks several things that can fail, in an order of SQLite');
}
