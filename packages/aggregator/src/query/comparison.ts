import type { Node } from 'sql-parser-cst';
import type { HeadColumn } from '../unified/head-tables.ts';

/** A comparison of a column with literals. */
export interface Comparison {
  /** The table's name or alias, where it is given. */
  readonly table: string | undefined;
  readonly column: string;
  /**
   * Whether the column's affinity leaves the literals as they are, and the literals leave the column's values: then the
   * comparison is one of values alone. Source: https://www.sqlite.org/datatype3.html#type_conversions_prior_to_comparison
   */
  fits(column: HeadColumn): boolean;
  /** The comparison with something else in place of the column. */
  render(operand: string): string;
}

/** The parts of a condition that must all hold. */
export function conjunctsOf(node: Node): Node[] {
  if (node.type === 'paren_expr') return conjunctsOf(node.expr);
  if (node.type === 'binary_expr' && operatorOf(node.operator) === 'AND') {
    return [...conjunctsOf(node.left), ...conjunctsOf(node.right)];
  }
  return [node];
}

const comparing = new Set(['=', '==', '<>', '!=', '<', '<=', '>', '>=', 'IS', 'IS NOT']);

/** Undefined for every other expression. */
export function readComparison(node: Node): Comparison | undefined {
  if (node.type === 'postfix_op_expr') {
    const operator = operatorOf(node.operator);
    return ['ISNULL', 'NOTNULL', 'NOT NULL'].includes(operator)
      ? comparison(node.expr, operator, [])
      : undefined;
  }
  if (node.type === 'between_expr') {
    const [begin, end] = [readLiteral(node.begin), readLiteral(node.end)];
    if (operatorOf(node.betweenKw) !== 'BETWEEN' || !begin || !end) return undefined;
    return comparison(node.left, `BETWEEN ${begin.text} AND ${end.text}`, [begin, end]);
  }
  if (node.type !== 'binary_expr') return undefined;
  const operator = operatorOf(node.operator);
  if (operator === 'IN') return readIn(node.left, node.right);
  const literal = comparing.has(operator) ? readLiteral(node.right) : undefined;
  return literal && comparison(node.left, `${operator} ${literal.text}`, [literal]);
}

function readIn(left: Node, right: Node): Comparison | undefined {
  const list = right.type === 'paren_expr' ? right.expr : undefined;
  const items: readonly Node[] = list?.type === 'list_expr' ? list.items : list ? [list] : [];
  const literals = items.map(readLiteral).filter((literal) => literal !== undefined);
  if (literals.length === 0 || literals.length < items.length) return undefined;
  return comparison(left, `IN (${literals.map(({ text }) => text).join(', ')})`, literals);
}

interface Literal {
  readonly kind: 'text' | 'number' | 'null';
  readonly text: string;
}

function readLiteral(node: Node): Literal | undefined {
  if (node.type === 'string_literal') return { kind: 'text', text: node.text };
  if (node.type === 'number_literal') return { kind: 'number', text: node.text };
  if (node.type === 'null_literal') return { kind: 'null', text: 'NULL' };
  if (node.type !== 'prefix_op_expr' || node.operator !== '-') return undefined;
  return node.expr.type === 'number_literal' ? { kind: 'number', text: `-${node.expr.text}` } : undefined;
}

function comparison(left: Node, rest: string, literals: readonly Literal[]): Comparison | undefined {
  const column = readColumn(left);
  if (!column) return undefined;
  const kinds = literals.map(({ kind }) => kind).filter((kind) => kind !== 'null');
  return {
    ...column,
    fits: (head) => kinds.every((kind) => kind === kindOf(head)),
    render: (operand) => `${operand} ${rest}`,
  };
}

function readColumn(node: Node): Pick<Comparison, 'table' | 'column'> | undefined {
  if (node.type === 'identifier') return { table: undefined, column: node.name };
  if (node.type !== 'member_expr' || node.object.type !== 'identifier') return undefined;
  return node.property.type === 'identifier'
    ? { table: node.object.name, column: node.property.name }
    : undefined;
}

/** By a column's affinity. Undefined where it has none, or a STRICT table's own. Source: datatype3.html §3.1 */
function kindOf({ type }: HeadColumn): 'text' | 'number' | undefined {
  if (/INT/i.test(type)) return 'number';
  if (/CHAR|CLOB|TEXT/i.test(type)) return 'text';
  return type === '' || /BLOB|^ANY$/i.test(type) ? undefined : 'number';
}

function operatorOf(operator: unknown): string {
  const parts = [operator].flat() as readonly (string | { readonly name: string })[];
  return parts.map((part) => (typeof part === 'string' ? part : part.name)).join(' ');
}
