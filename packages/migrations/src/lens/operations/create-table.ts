import { keywordOf, nameKey, type SqlStatement } from '../../sql/index.ts';
import { beginsWith, nameAfter, type Operation, tableIn } from '../operation.ts';
import { Refused } from '../refused.ts';
import { appendArms, emptyRelation } from '../relation.ts';
import { parseStatement } from '../statement-text.ts';
import { readSelect } from './read-select.ts';
import { storedArm } from './stored-arm.ts';

/**
 * `CREATE TABLE t (…)`: no rows yet; `CREATE TABLE t AS SELECT …`: those of the query. With IF NOT EXISTS, nothing
 * happens to a table that is there.
 */
export const createTable: Operation = {
  matches: (statement) => beginsWith(statement, 'CREATE', 'TEMP|TEMPORARY?', 'TABLE'),
  target: (statement) => nameAfter(statement, 'TABLE'),
  apply(context) {
    const { step, statement, tables } = context;
    const name = nameAfter(statement, 'TABLE') ?? '';
    if (step.before.tables.has(nameKey(name))) return;
    const table = tableIn(step.after, name);
    const query = hasQuery(statement) ? queryOf(statement) : undefined;
    const names = table.columns.map((column) => nameKey(column.name));
    const arms = query ? readSelect(query, context).map((arm) => storedArm(arm, names, table)) : [];
    tables.set(name, appendArms(emptyRelation(table), arms, step));
  },
};

/** The AS of a query stands before any parenthesis; that of a generated column after one. */
export function hasQuery({ tokens }: SqlStatement): boolean {
  const opening = tokens.findIndex((token) => token.text === '(');
  const as = tokens.findIndex((token) => keywordOf(token) === 'AS');
  return as !== -1 && (opening === -1 || as < opening);
}

function queryOf(statement: SqlStatement) {
  const { body } = parseStatement(statement, 'CreateTableStmt');
  if (body.type !== 'AsSelectCreateTableBody')
    throw new Refused('it makes a table in a way that the lens does not know');
  return body.select;
}
