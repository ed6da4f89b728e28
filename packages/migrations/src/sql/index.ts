export { groupedCells, groupSize } from './grouped-cells.ts';
export { nameKey } from './name-key.ts';
export {
  type BinaryExpr,
  type CaseExpr,
  type DeleteStmt,
  type Expr,
  type FromClause,
  type FunctionCallExpr,
  type FunctionCallStarExpr,
  type InsertStmt,
  type JoinedSelectTable,
  parseSql,
  type QualifiedName,
  type ResultColumn,
  type Select,
  type SelectFrom,
  type SelectTable,
  type SelectValues,
  type SortedColumn,
  type SqlNode,
  type Stmt,
  textOf,
  type UnaryExpr,
  type UpdateStmt,
  visitSql,
} from './parse-sql.ts';
export { nameMissingInUse, resolveQuotedStrings } from './resolve-quoted-strings.ts';
export { type RowChange, rowChangeOf, type TriggerChanges, triggerChangesOf } from './row-change.ts';
export { rowidNames } from './rowid-names.ts';
export { keywordOf, nameAt, type SqlStatement, splitStatements } from './split-statements.ts';
export { identifierOf, quoteIdentifier, type SqlToken, tokenizeSql } from './sql-tokens.ts';
export { droppedTable, renamedTo } from './statement-targets.ts';
