import type { Database } from '../driver/index.ts';
import { type SqlStatement, splitStatements } from './split-statements.ts';
import { identifierOf } from './sql-tokens.ts';

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
  try {
    sqlite.prepare(sql);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    return /^no such column: "([\s\S]*)" - should this be a string literal/.exec(message)?.[1];
  }
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
