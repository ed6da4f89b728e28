import type { Database } from '../driver/index.ts';
import { parseSql, type Stmt } from './parse-sql.ts';
import { type SqlStatement, splitStatements } from './split-statements.ts';
import { identifierOf, quoteIdentifier } from './sql-tokens.ts';

const cache = new WeakMap<SqlStatement, SqlStatement>();

/**
 * The statement with every double-quoted name that is no name turned into the string it is meant to be. Most drivers
 * build SQLite so that it does this itself, better-sqlite3 does not: lineages that rely on it would not run.
 * Source: https://www.sqlite.org/quirks.html#double_quoted_string_literals_are_accepted
 */
export function resolveQuotedStrings(sqlite: Database, statement: SqlStatement): SqlStatement {
  if (!statement.tokens.some(({ text }) => text.startsWith('"'))) return statement;
  const known = cache.get(statement);
  if (known) return known;
  const resolved = resolve(sqlite, statement);
  cache.set(statement, resolved);
  return resolved;
}

const savepoint = 'varve_quoted_strings';

function resolve(sqlite: Database, statement: SqlStatement): SqlStatement {
  const missing = missingName(sqlite, statement.text);
  if (missing === undefined) return statement;
  const places = placesOf(statement, missing);
  const strings = places.filter((place) => {
    const others = places.filter((other) => other !== place);
    return missingName(sqlite, withStrings(statement, others)) === missing;
  });
  const [resolved] = splitStatements(withStrings(statement, strings));
  return strings.length > 0 && resolved ? resolve(sqlite, resolved) : statement;
}

/** The double-quoted name that SQLite takes for a column that is not there; undefined when all names are found. */
function missingName(sqlite: Database, sql: string): string | undefined {
  return nameMissingIn(() => sqlite.prepare(sql)) ?? nameMissingInBody(sqlite, sql);
}

function nameMissingIn(prepare: () => unknown): string | undefined {
  try {
    prepare();
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    return /no such column: "([\s\S]*)" - should this be a string literal/.exec(message)?.[1];
  }
}

/** SQLite reads the body of a trigger or a view when it is used, not when it is made. */
function nameMissingInBody(sqlite: Database, sql: string): string | undefined {
  if (!/^CREATE\s+(TEMP(ORARY)?\s+)?(TRIGGER|VIEW)\b/i.test(sql)) return undefined;
  sqlite.exec(`SAVEPOINT ${savepoint}_body`);
  try {
    sqlite.exec(sql);
    return nameMissingInUse(sqlite, sql);
  } catch {
    return undefined;
  } finally {
    sqlite.exec(`ROLLBACK TO ${savepoint}_body; RELEASE ${savepoint}_body`);
  }
}

/** Of a trigger or a view that is there. */
export function nameMissingInUse(sqlite: Database, sql: string): string | undefined {
  return nameMissingIn(() => {
    const use = useOf(sqlite, parseSql(sql));
    if (use !== undefined) sqlite.prepare(use);
  });
}

/** A statement that SQLite prepares only with the trigger or the view. */
function useOf(sqlite: Database, made: Stmt | undefined): string | undefined {
  if (made?.type === 'CreateViewStmt') return `SELECT * FROM ${quoteIdentifier(made.viewName.objName.text)}`;
  if (made?.type !== 'CreateTriggerStmt') return undefined;
  const table = quoteIdentifier(made.tblName.objName.text);
  if (made.event.type === 'DeleteTriggerEvent') return `DELETE FROM ${table}`;
  if (made.event.type === 'InsertTriggerEvent') return `INSERT INTO ${table} DEFAULT VALUES`;
  const columns = sqlite.pragma(`table_xinfo(${table})`) as { name: string; hidden: number }[];
  const first = columns.find(({ hidden }) => hidden === 0)?.name ?? '';
  const column = made.event.type === 'UpdateOfTriggerEvent' ? (made.event.columns[0]?.text ?? first) : first;
  return `UPDATE ${table} SET ${quoteIdentifier(column)} = ${quoteIdentifier(column)}`;
}

/** The tokens, by number, that are this name in double quotes. */
function placesOf({ tokens }: SqlStatement, name: string): number[] {
  return tokens.flatMap((token, at) =>
    token.text.startsWith('"') && identifierOf(token) === name ? [at] : [],
  );
}

function withStrings({ text, tokens }: SqlStatement, places: readonly number[]): string {
  const start = tokens[0]?.start ?? 0;
  return places.toReversed().reduce((sql, place) => {
    const token = tokens[place];
    if (!token) return sql;
    const literal = `'${(identifierOf(token) ?? '').replaceAll("'", "''")}'`;
    const at = token.start - start;
    return sql.slice(0, at) + literal + sql.slice(at + token.text.length);
  }, text);
}
