import { identifierOf, type SqlToken, tokenizeSql } from './sql-tokens.ts';

export interface SqlStatement {
  /**
   * As written, without the closing semicolon, never empty. What stands between the last word and the semicolon, or the
   * end, belongs to it: SQLite stores it with an index.
   */
  readonly text: string;
  /** Its tokens without comments. */
  readonly tokens: readonly SqlToken[];
}

const breakpoint = /^-->\s*statement-breakpoint/;
/** What Drizzle splits at, with more behind it on its line: to SQLite all of that is a comment, and Drizzle runs it. */
const crowdedBreakpoint = /^--> statement-breakpoint(?=.*\S)/;

/**
 * Splits a script the way SQLite's shell does: at semicolons outside strings, comments and trigger bodies. Drizzle's
 * `--> statement-breakpoint` is a comment to SQLite; it ends a statement too, as authors may leave out the semicolon
 * before it. Source: https://www.sqlite.org/c3ref/complete.html
 */
export function splitStatements(sql: string): SqlStatement[] {
  const statements: SqlStatement[] = [];
  let tokens: SqlToken[] = [];
  const finish = (end: number): void => {
    const first = tokens[0];
    if (first) statements.push({ text: sql.slice(first.start, end), tokens });
    tokens = [];
  };
  for (const token of tokenizeSql(sql)) {
    if (token.kind === 'comment') {
      if (!breakpoint.test(token.text) || isInsideTrigger(tokens)) continue;
      finish(token.start);
      const [crowded] = crowdedBreakpoint.exec(token.text) ?? [];
      if (crowded) return [...statements, ...splitStatements(sql.slice(token.start + crowded.length))];
    } else if (token.text === ';' && !isInsideTrigger(tokens)) {
      finish(token.start);
    } else {
      tokens.push(token);
    }
  }
  finish(sql.length);
  return statements;
}

/** A trigger's body ends at the END that follows a semicolon; the END of a CASE never does. */
function isInsideTrigger(tokens: readonly SqlToken[]): boolean {
  if (!isCreateTrigger(tokens)) return false;
  const last = tokens.at(-1);
  return !(keywordOf(last) === 'END' && tokens.at(-2)?.text === ';');
}

function isCreateTrigger(tokens: readonly SqlToken[]): boolean {
  if (keywordOf(tokens[0]) !== 'CREATE') return false;
  const second = keywordOf(tokens[1]);
  return (
    second === 'TRIGGER' ||
    ((second === 'TEMP' || second === 'TEMPORARY') && keywordOf(tokens[2]) === 'TRIGGER')
  );
}

/** The token's keyword in upper case; empty for anything but a bare word. */
export function keywordOf(token: SqlToken | undefined): string {
  return token?.kind === 'word' ? token.text.toUpperCase() : '';
}

/** The name at a position, passing over a schema qualifier and IF [NOT] EXISTS before it. */
export function nameAt(tokens: readonly SqlToken[], position: number): string | undefined {
  let at = position;
  if (keywordOf(tokens[at]) === 'IF') at += keywordOf(tokens[at + 1]) === 'NOT' ? 3 : 2;
  if (tokens[at + 1]?.text === '.') at += 2;
  return identifierOf(tokens[at]);
}
