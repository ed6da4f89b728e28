import type { InsertStmt, Node } from 'sql-parser-cst';
import { nameKey } from '../../sql/name-key.ts';
import {
  assertNoTriggers,
  assertPlainConstraints,
  beginsWith,
  nameAfter,
  type Operation,
  type OperationContext,
  tableIn,
} from '../operation.ts';
import { Refused } from '../refused.ts';
import { appendArms } from '../relation.ts';
import { parseStatement } from '../statement-text.ts';
import { readSelect } from './read-select.ts';
import { readValues } from './read-values.ts';
import { type IncomingArm, storedArm } from './stored-arm.ts';
import { targetOf } from './target.ts';

interface Insert {
  readonly table: string;
  /** The columns it names; undefined when it names none. */
  readonly columns: readonly string[] | undefined;
  readonly rows: Node;
}

/** `INSERT INTO t … SELECT` and `INSERT INTO t … VALUES`: the rows there were, then the new ones. */
export const insertRows: Operation = {
  matches: (statement) => beginsWith(statement, 'INSERT'),
  target: (statement) => nameAfter(statement, 'INTO'),
  apply(context) {
    const { step, tables } = context;
    const insert = partsOf(parseStatement(step.statement) as InsertStmt);
    const table = tableIn(step.before, insert.table);
    assertNoTriggers(step.before, insert.table, 'INSERT');
    assertPlainConstraints(table);
    const columns = insert.columns ?? table.columns.filter((it) => !it.isGenerated).map((it) => it.name);
    const incoming = readRows(insert.rows, context);
    const arms = incoming.map((arm) => storedArm(arm, columns.map(nameKey), table));
    tables.set(insert.table, appendArms(tables.get(insert.table), arms, step));
  },
};

function partsOf(statement: InsertStmt): Insert {
  let insert: Omit<Insert, 'rows'> | undefined;
  let rows: Node | undefined;
  for (const clause of statement.clauses) {
    if (clause.type === 'insert_clause' && clause.insertKw.name === 'INSERT' && !clause.orAction) {
      const columns = clause.columns?.expr.items.map((column) => column.name);
      insert = { table: targetOf(clause.table).table, columns };
    } else if (
      clause.type === 'values_clause' ||
      clause.type === 'select_stmt' ||
      clause.type === 'compound_select_stmt'
    ) {
      rows = clause;
    } else throw new Refused(`it is an INSERT with ${clause.type}`);
  }
  if (!insert || !rows) throw new Refused('it is an INSERT without rows');
  return { ...insert, rows };
}

function readRows(rows: Node, context: OperationContext): IncomingArm[] {
  return rows.type === 'values_clause' ? [readValues(rows, context)] : readSelect(rows, context);
}
