import Database from 'better-sqlite3';
import { quoteIdentifier } from '../../sql-tokens.ts';
import { Refused } from '../refused.ts';
import { blobs, classesOfText, integers, nulls, reals } from '../storage-classes.ts';
import type { ColumnShape } from '../table-shape.ts';
import { type Expression, literalExpression } from '../value.ts';

type StorageClass = 'null' | 'integer' | 'real' | 'text' | 'blob';

const absent = literalExpression('NULL', nulls);

/** The constant that rows have in a column added after them, as SQLite itself tells it. */
export function defaultOfAdded(column: ColumnShape, isStrict: boolean): Expression {
  return evaluate(column, isStrict, (create, name) => [
    `CREATE TABLE t (first TEXT) ${create.options}`,
    'INSERT INTO t VALUES (NULL)',
    `ALTER TABLE t ADD COLUMN ${name} ${create.definition}`,
  ]);
}

/**
 * The constant that an INSERT gives to a column it does not name. It is not always the one above: 1e18 in a TEXT
 * column is '1.0e+18' for new rows and '1e18' for old ones.
 */
export function defaultOfInserted(column: ColumnShape, isStrict: boolean): Expression {
  return evaluate(column, isStrict, (create, name) => [
    // Only ALTER TABLE refuses a default that is no constant.
    `CREATE TABLE probe (first TEXT) ${create.options}`,
    'INSERT INTO probe VALUES (NULL)',
    `ALTER TABLE probe ADD COLUMN ${name} ${create.definition}`,
    `CREATE TABLE t (first TEXT, ${name} ${create.definition}) ${create.options}`,
    'INSERT INTO t (first) VALUES (NULL)',
  ]);
}

type Script = (create: { definition: string; options: string }, name: string) => string[];

/** @throws Refused for a default such as CURRENT_TIMESTAMP, which is another one each time. */
function evaluate(column: ColumnShape, isStrict: boolean, script: Script): Expression {
  const { declaredType, defaultSql } = column;
  if (defaultSql === undefined) return absent;
  const name = quoteIdentifier(`added ${column.name}`);
  const options = isStrict ? 'STRICT' : '';
  // SQLite tells a default without the parentheses that an expression needs.
  const found = [defaultSql, `(${defaultSql})`]
    .map((sql) => run(script({ definition: `${declaredType} DEFAULT ${sql}`, options }, name), name))
    .find((result) => result !== undefined);
  if (!found) throw new Refused(`the default of ${column.name} is not a constant`);
  const [literal, type] = found;
  const text = classesOfText(literal.slice(1, -1));
  const classes = { null: nulls, integer: integers, real: reals, blob: blobs, text }[type];
  return literalExpression(literal, classes);
}

function run(statements: readonly string[], name: string): [string, StorageClass] | undefined {
  const sqlite = new Database(':memory:');
  try {
    for (const statement of statements) sqlite.exec(statement);
    return sqlite.prepare(`SELECT quote(${name}), typeof(${name}) FROM t`).raw().get() as [
      string,
      StorageClass,
    ];
  } catch {
    return undefined;
  } finally {
    sqlite.close();
  }
}
