import { type Node, parse, type Statement } from 'sql-parser-cst';
import { Refused } from './refused.ts';

/** @throws Refused for a statement that the parser does not know. */
export function parseStatement(sql: string): Statement {
  const parsed = parseOrRefuse(sql);
  if (parsed.length !== 1 || !parsed[0]) throw new Refused('it is not a single statement');
  return parsed[0];
}

function parseOrRefuse(sql: string): readonly Statement[] {
  try {
    const program = parse(sql, { dialect: 'sqlite', includeRange: true });
    return program.statements.filter((statement) => statement.type !== 'empty');
  } catch {
    throw new Refused('the SQL parser does not understand it');
  }
}

/** The text of a part of a statement, as written. */
export function textOf(node: Node, sql: string): string {
  const [start, end] = node.range ?? [0, 0];
  return sql.slice(start, end);
}
