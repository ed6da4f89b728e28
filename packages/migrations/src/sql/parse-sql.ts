import { type AstNode, type Stmt, traverse, type VisitorResult, withOptions } from 'sqlite3-parser';

export type {
  AstNode as SqlNode,
  BetweenExpr,
  BinaryExpr,
  CaseExpr,
  CreateTableStmt,
  DeleteStmt,
  Expr,
  FromClause,
  FunctionCallExpr,
  FunctionCallStarExpr,
  InsertStmt,
  JoinedSelectTable,
  QualifiedName,
  ResultColumn,
  Select,
  SelectFrom,
  SelectTable,
  SelectValues,
  SortedColumn,
  Stmt,
  UnaryExpr,
  UpdateStmt,
  Upsert,
} from 'sqlite3-parser';

const parser = withOptions({ digitSeparator: '_' });

/**
 * The statement that a text is, by SQLite's own grammar; undefined for a text that is none or several, or whose parts lie
 * in each other so deeply that whoever visits them may run out of stack. Every node has a span in the text. The only
 * place that knows the parser.
 */
export function parseSql(sql: string): Stmt | undefined {
  const result = parser.parseStmt(sql);
  return result.status === 'ok' && !isTooDeep(result.root, sql) ? result.root : undefined;
}

/** SQLite takes as many operators in each other, but counts no parentheses: https://www.sqlite.org/limits.html */
const mostLevels = 1000;

function isTooDeep(root: Stmt, sql: string): boolean {
  if (sql.length <= mostLevels) return false;
  let level: object[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > mostLevels) return true;
    level = level.flatMap((node) => Object.values(node).flat().filter(isObject));
  }
  return false;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The text of an expression, a query or a type, as written. */
export function textOf({ span }: AstNode, sql: string): string {
  return sql.slice(span.offset, span.offset + span.length);
}

/** Calls back for a node and all that are in it; of one for which it says `skip`, not for those inside. */
export function visitSql(root: AstNode, enter: (node: AstNode) => VisitorResult): void {
  traverse(root, { enter });
}
