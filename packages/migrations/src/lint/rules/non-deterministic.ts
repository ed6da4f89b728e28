import { keywordOf, type SqlStatement, type SqlToken } from '../../sql/index.ts';
import type { LintRule } from '../lint-rule.ts';

const always = new Set(['RANDOM', 'RANDOMBLOB', 'CHANGES', 'TOTAL_CHANGES', 'LAST_INSERT_ROWID']);
const clocks = new Set(['CURRENT_TIMESTAMP', 'CURRENT_DATE', 'CURRENT_TIME']);
const dates = new Set(['DATE', 'TIME', 'DATETIME', 'JULIANDAY', 'UNIXEPOCH', 'STRFTIME', 'TIMEDIFF']);

export const nonDeterministic: LintRule<'non-deterministic'> = {
  code: 'non-deterministic',
  severity: 'error',
  hint: 'write a constant, or compute the value from the row: an archive must read the same every day',
  check({ statements }) {
    return statements.filter(changesRows).flatMap((statement) => {
      const token = findNonDeterministic(statement);
      return token ? [{ message: `${token.text} gives another value each time`, statement }] : [];
    });
  },
};

/** The first word of a statement that gives another value each time. */
export function findNonDeterministic({ tokens }: SqlStatement): SqlToken | undefined {
  return tokens.find((_, place) => isNonDeterministic(tokens, place));
}

/** True for a statement that writes rows, or may. */
export function changesRows({ tokens }: SqlStatement): boolean {
  const words = tokens.map(keywordOf);
  const isTableOfQuery = words[0] === 'CREATE' && words.includes('TABLE') && words.includes('SELECT');
  return isTableOfQuery || ['INSERT', 'REPLACE', 'UPDATE', 'DELETE', 'WITH'].includes(words[0] ?? '');
}

function isNonDeterministic(tokens: readonly SqlToken[], at: number): boolean {
  const word = keywordOf(tokens[at]);
  if (clocks.has(word)) return true;
  if (tokens[at + 1]?.text !== '(') return false;
  return always.has(word) || (dates.has(word) && readsTheClock(word, callArguments(tokens, at + 1)));
}

/** A date function reads the clock for 'now', and where its time value is left out. */
function readsTheClock(name: string, args: readonly SqlToken[]): boolean {
  if (args.some((token) => token.text.toLowerCase() === "'now'")) return true;
  return args.length === 0 || (name === 'STRFTIME' && !args.some((token) => token.text === ','));
}

function callArguments(tokens: readonly SqlToken[], open: number): SqlToken[] {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    if (tokens[at]?.text === '(') depth += 1;
    if (tokens[at]?.text === ')') depth -= 1;
    if (depth === 0) return tokens.slice(open + 1, at);
  }
  return tokens.slice(open + 1);
}
