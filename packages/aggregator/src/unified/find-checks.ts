import { type SqlToken, tokenizeSql } from '@varve/migrations/internal';

/** No pragma tells the CHECK constraints; the bare word stands for nothing else in a CREATE TABLE statement. */
export function findChecks(ddl: string): string[] {
  const tokens = [...tokenizeSql(ddl)].filter(({ kind }) => kind !== 'comment');
  const starts = tokens.flatMap(({ kind, text }, at) =>
    kind === 'word' && text.toUpperCase() === 'CHECK' && tokens[at + 1]?.text === '(' ? [at + 1] : [],
  );
  return starts.map((start) => ddl.slice(tokens[start]?.start, closingOf(tokens.slice(start)) + 1));
}

/** Where the first parenthesis is closed. */
export function closingOf(tokens: readonly SqlToken[]): number {
  let depth = 0;
  for (const { text, start } of tokens) {
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    if (text === ')' && depth === 0) return start;
  }
  return -1;
}
