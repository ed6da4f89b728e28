import { type BinaryExpr, type Expr, textOf } from '@varve/migrations/internal';
import type { HeadColumn } from '../unified/index.ts';

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
export function conjunctsOf(node: Expr): Expr[] {
  if (node.type === 'ParenthesizedExpr' && node.exprs.length === 1) return node.exprs.flatMap(conjunctsOf);
  if (node.type === 'BinaryExpr' && node.op === 'And') return [node.left, node.right].flatMap(conjunctsOf);
  return [node];
}

const comparing = new Set<BinaryExpr['op']>([
  'Equals', 'NotEquals', 'Less', 'LessEquals', 'Greater', 'GreaterEquals', 'Is', 'IsNot',
]); // biome-ignore format: a list reads better in rows

/** Undefined for every other expression. */
export function readComparison(node: Expr, sql: string): Comparison | undefined {
  if (node.type === 'IsNullExpr') return comparison(node.expr, 'ISNULL', []);
  if (node.type === 'NotNullExpr') return comparison(node.expr, 'NOTNULL', []);
  if (node.type === 'BetweenExpr' && !node.not) {
    const [begin, end] = [readLiteral(node.start, sql), readLiteral(node.end, sql)];
    return begin && end && comparison(node.lhs, `BETWEEN ${begin.text} AND ${end.text}`, [begin, end]);
  }
  if (node.type === 'InListExpr' && !node.not) return readIn(node.lhs, node.rhs ?? [], sql);
  if (node.type !== 'BinaryExpr' || !comparing.has(node.op)) return undefined;
  const literal = readLiteral(node.right, sql);
  return literal && comparison(node.left, `${operatorOf(node, sql)}${literal.text}`, [literal]);
}

/** As written between its sides; a comment may end with its line. */
function operatorOf({ left, right }: BinaryExpr, sql: string): string {
  return sql.slice(left.span.offset + left.span.length, right.span.offset).trimStart();
}

function readIn(left: Expr, items: readonly Expr[], sql: string): Comparison | undefined {
  const literals = items.map((item) => readLiteral(item, sql)).filter((literal) => literal !== undefined);
  if (literals.length === 0 || literals.length < items.length) return undefined;
  return comparison(left, `IN (${literals.map(({ text }) => text).join(', ')})`, literals);
}

interface Literal {
  readonly kind: 'text' | 'number' | 'null';
  readonly text: string;
}

function readLiteral(node: Expr, sql: string): Literal | undefined {
  if (node.type === 'StringLiteral') return { kind: 'text', text: textOf(node, sql) };
  if (node.type === 'NumericLiteral') return { kind: 'number', text: node.value };
  if (node.type === 'NullLiteral') return { kind: 'null', text: 'NULL' };
  const isNegative = node.type === 'UnaryExpr' && node.op === 'Negative';
  return isNegative && node.expr.type === 'NumericLiteral'
    ? { kind: 'number', text: `-${node.expr.value}` }
    : undefined;
}

function comparison(left: Expr, rest: string, literals: readonly Literal[]): Comparison | undefined {
  const column = readColumn(left);
  if (!column) return undefined;
  const kinds = literals.map(({ kind }) => kind).filter((kind) => kind !== 'null');
  return {
    ...column,
    fits: (head) => kinds.every((kind) => kind === kindOf(head)),
    render: (operand) => `${operand} ${rest}`,
  };
}

function readColumn(node: Expr): Pick<Comparison, 'table' | 'column'> | undefined {
  if (node.type === 'Id') return { table: undefined, column: node.name };
  if (node.type !== 'QualifiedExpr' || node.schema) return undefined;
  return { table: node.table.text, column: node.column.text };
}

/** By a column's affinity. Undefined where it has none, or a STRICT table's own. Source: datatype3.html §3.1 */
function kindOf({ type }: HeadColumn): 'text' | 'number' | undefined {
  if (/INT/i.test(type)) return 'number';
  if (/CHAR|CLOB|TEXT/i.test(type)) return 'text';
  return type === '' || /BLOB|^ANY$/i.test(type) ? undefined : 'number';
}
