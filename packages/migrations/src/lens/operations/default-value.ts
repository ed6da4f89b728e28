import { type Database, openMemory } from '../../driver/index.ts';
import { Refused } from '../refused.ts';
import { blobs, classesOfText, integers, nulls, reals } from '../storage-classes.ts';
import type { ColumnShape } from '../table-shape.ts';
import { type Expression, literalExpression } from '../value.ts';

/** What a column's default is, as SQLite itself tells it. */
interface Defaults {
  /** For the rows that are there when the column is added. */
  readonly added: Expression;
  /** For rows inserted later: 1e18 in a TEXT column is '1.0e+18' for these and '1e18' for those. */
  readonly inserted: Expression;
}

type StorageClass = 'null' | 'integer' | 'real' | 'text' | 'blob';

const absent = literalExpression('NULL', nulls);
const known = new Map<string, Defaults | undefined>();

/** @throws Refused for a default such as CURRENT_TIMESTAMP, which is another one each time. */
export function defaultOf(column: ColumnShape, isStrict: boolean, moment: keyof Defaults): Expression {
  const { name, declaredType, affinity, defaultSql } = column;
  if (defaultSql === undefined) return absent;
  const plain = plainDefault(affinity, defaultSql);
  if (plain) return plain;
  // A declared type may be any text; a STRICT table has but a few.
  const definition = `${isStrict ? declaredType : affinity.toUpperCase()} DEFAULT`;
  // SQLite tells a default without the parentheses that an expression needs.
  const defaults =
    evaluate(`${definition} ${defaultSql}`, isStrict) ?? evaluate(`${definition} (${defaultSql})`, isStrict);
  if (!defaults) throw new Refused(`the default of ${name} is not a constant`);
  return defaults[moment];
}

/** What a column of its own kind stores as it is written. */
function plainDefault(affinity: ColumnShape['affinity'], sql: string): Expression | undefined {
  if (affinity === 'text' && /^'(?:[^'\0]|'')*'$/.test(sql))
    return literalExpression(sql, classesOfText(sql.slice(1, -1)));
  const isPlain = affinity === 'integer' && /^(?:0|[1-9]\d{0,14})$/.test(sql);
  return isPlain ? literalExpression(sql, integers) : undefined;
}

function evaluate(definition: string, isStrict: boolean): Defaults | undefined {
  const options = isStrict ? ' STRICT' : '';
  const key = `${definition}${options}`;
  if (!known.has(key)) known.set(key, runDefault(definition, options));
  return known.get(key);
}

/** ALTER TABLE takes only a constant, once there are rows. */
function runDefault(definition: string, options: string): Defaults | undefined {
  const sqlite = openMemory();
  try {
    sqlite.exec(`CREATE TABLE old (first TEXT)${options}; INSERT INTO old VALUES (NULL);
      ALTER TABLE old ADD COLUMN value ${definition};
      CREATE TABLE new (first TEXT, value ${definition})${options}; INSERT INTO new (first) VALUES (NULL)`);
    return { added: readLiteral(sqlite, 'old'), inserted: readLiteral(sqlite, 'new') };
  } catch {
    return undefined;
  } finally {
    sqlite.close();
  }
}

function readLiteral(sqlite: Database, table: string): Expression {
  const query = sqlite.prepare(`SELECT quote(value), typeof(value) FROM ${table}`).raw();
  const [literal, type] = query.get() as [string, StorageClass];
  const text = classesOfText(literal.slice(1, -1));
  const classes = { null: nulls, integer: integers, real: reals, blob: blobs, text }[type];
  return literalExpression(literal, classes);
}
