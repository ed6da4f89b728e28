import { parseSql, type SqlStatement, type Stmt } from '../sql/index.ts';
import { Refused } from './refused.ts';

const known = new WeakMap<SqlStatement, Stmt | 'none'>();

/** Each statement is parsed once in a process. Undefined for what is no SQL. */
export function readStatement(statement: SqlStatement): Stmt | undefined {
  const parsed = known.get(statement) ?? parseSql(statement.text) ?? 'none';
  known.set(statement, parsed);
  return parsed === 'none' ? undefined : parsed;
}

/** @throws Refused for one of another kind, or that is no SQL */
export function parseStatement<TType extends Stmt['type']>(
  statement: SqlStatement,
  type: TType,
): Extract<Stmt, { type: TType }> {
  const parsed = readStatement(statement);
  if (!parsed) throw new Refused('it is not a statement that SQL has a form for');
  if (parsed.type !== type) throw new Refused(`it is not the ${type} that it begins like`);
  return parsed as Extract<Stmt, { type: TType }>;
}
