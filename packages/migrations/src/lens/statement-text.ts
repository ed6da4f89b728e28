import { createRequire } from 'node:module';
import type { Node, Statement } from 'sql-parser-cst';
import type { SqlStatement } from '../sql/split-statements.ts';
import { Refused } from './refused.ts';

type Parser = typeof import('sql-parser-cst');

let parser: Parser | undefined;
const known = new WeakMap<SqlStatement, Statement | Refused>();

/** Each statement is parsed once in a process. @throws Refused for a statement that the parser does not know. */
export function parseStatement(statement: SqlStatement): Statement {
  const parsed = known.get(statement) ?? parseNow(statement.text);
  known.set(statement, parsed);
  if (parsed instanceof Refused) throw parsed;
  return parsed;
}

/** The parser is six megabytes of code: only a process that has something to parse loads it. */
function parseNow(sql: string): Statement | Refused {
  parser ??= createRequire(import.meta.url)('sql-parser-cst') as Parser;
  try {
    const { statements } = parser.parse(sql, { dialect: 'sqlite', includeRange: true });
    const [first, ...others] = statements.filter((it) => it.type !== 'empty');
    return first && others.length === 0 ? first : new Refused('it is not a single statement');
  } catch {
    return new Refused('the SQL parser does not understand it');
  }
}

/** The text of a part of a statement, as written. */
export function textOf(node: Node, sql: string): string {
  const [start, end] = node.range ?? [0, 0];
  return sql.slice(start, end);
}
