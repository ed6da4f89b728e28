import { type InsertStmt, nameKey, type Select } from '../../sql/index.ts';
import {
  assertNoTriggers,
  assertPlainConstraints,
  beginsWith,
  nameAfter,
  type Operation,
  tableIn,
} from '../operation.ts';
import { Refused } from '../refused.ts';
import { appendArms } from '../relation.ts';
import { parseStatement } from '../statement-text.ts';
import { readSelect } from './read-select.ts';
import { storedArm } from './stored-arm.ts';
import { assertPlain, targetOf } from './target.ts';

interface Insert {
  readonly table: string;
  /** The columns it names; undefined when it names none. */
  readonly columns: readonly string[] | undefined;
  readonly rows: Select;
}

/** `INSERT INTO t … SELECT` and `INSERT INTO t … VALUES`: the rows there were, then the new ones. */
export const insertRows: Operation = {
  matches: (statement) => beginsWith(statement, 'INSERT'),
  target: (statement) => nameAfter(statement, 'INTO'),
  apply(context) {
    const { step, statement, tables } = context;
    const insert = partsOf(parseStatement(statement, 'InsertStmt'));
    const table = tableIn(step.before, insert.table);
    assertNoTriggers(step.before, insert.table, 'INSERT');
    assertPlainConstraints(table);
    const columns = insert.columns ?? table.columns.filter((it) => !it.isGenerated).map((it) => it.name);
    const incoming = readSelect(insert.rows, context);
    const arms = incoming.map((arm) => storedArm(arm, columns.map(nameKey), table));
    tables.set(insert.table, appendArms(tables.get(insert.table), arms, step));
  },
};

function partsOf(statement: InsertStmt): Insert {
  assertPlain('an INSERT', statement);
  const { body, columns, tblName } = statement;
  if (body.type === 'DefaultValuesInsertBody') throw new Refused('it is an INSERT with DEFAULT VALUES');
  if (body.upsert) throw new Refused('it is an INSERT with ON CONFLICT');
  return { table: targetOf(tblName).table, columns: columns?.map((name) => name.text), rows: body.select };
}
