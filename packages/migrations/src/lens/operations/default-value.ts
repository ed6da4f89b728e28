import Database from 'better-sqlite3';
import { quoteIdentifier } from '../../sql-tokens.ts';
import { Refused } from '../refused.ts';
import { blobs, classesOfText, integers, nulls, reals } from '../storage-classes.ts';
import type { ColumnShape } from '../table-shape.ts';
import type { Expression } from '../value.ts';

type StorageClass = 'null' | 'integer' | 'real' | 'text' | 'blob';

const absent: Expression = { sql: 'NULL', classes: nulls, cost: 1, depth: 1 };

/** The constant that SQLite itself gives, as the column's default, to rows that are there already. */
export function defaultOf(column: ColumnShape, isStrict: boolean): Expression {
  if (column.defaultSql === undefined) return absent;
  const [literal, type] = evaluateDefault(column, column.defaultSql, isStrict);
  const text = classesOfText(literal.slice(1, -1));
  const classes = { null: nulls, integer: integers, real: reals, blob: blobs, text }[type];
  return { sql: literal, classes, cost: 1, depth: 1 };
}

/** @throws Refused for a default such as CURRENT_TIMESTAMP, which is another one each time. */
function evaluateDefault(column: ColumnShape, defaultSql: string, isStrict: boolean): [string, StorageClass] {
  const sqlite = new Database(':memory:');
  try {
    sqlite.exec(`CREATE TABLE t (first TEXT)${isStrict ? ' STRICT' : ''}; INSERT INTO t VALUES (NULL)`);
    const name = quoteIdentifier(`added ${column.name}`);
    const add = `ALTER TABLE t ADD COLUMN ${name} ${column.declaredType} DEFAULT`;
    execEither(sqlite, `${add} ${defaultSql}`, `${add} (${defaultSql})`);
    return sqlite.prepare(`SELECT quote(${name}), typeof(${name}) FROM t`).raw().get() as [
      string,
      StorageClass,
    ];
  } catch {
    throw new Refused(`the default of ${column.name} is not a constant`);
  } finally {
    sqlite.close();
  }
}

/** SQLite tells a default without the parentheses that an expression needs. */
function execEither(sqlite: Database.Database, plain: string, inParentheses: string): void {
  try {
    sqlite.exec(plain);
  } catch {
    sqlite.exec(inParentheses);
  }
}
