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
 * The statement that a text is, by SQLite's own grammar; undefined for a text that is none or several. Every node has a
 * span in the text. The only place that knows the parser.
 */
export function parseSql(sql: string): Stmt | undefined {
  const result = parser.parseStmt(sql);
  return result.status === 'ok' ? result.root : undefined;
}

/** The text of an expression, a query or a type, as written. */
export function textOf({ span }: AstNode, sql: string): string {
  return sql.slice(span.offset, span.offset + span.length);
}

/** Calls back for a node and all that are in it; of one for which it says `skip`, not for those inside. */
export function visitSql(root: AstNode, enter: (node: AstNode) => VisitorResult): void {
  traverse(root, { enter });
}
