import { identifierOf, keywordOf, nameAt, nameKey, type SqlToken } from '../sql/index.ts';

/** What can be told of an `UPDATE` without understanding its expressions. Names by name key. */
export interface PlainUpdate {
  readonly table: string;
  /** The columns it sets. */
  readonly columns: readonly string[];
  /** It sets others as well, several at once: `(a, b) = (1, 2)`. */
  readonly setsRows: boolean;
  /** All names that stand anywhere else in it. */
  readonly reads: ReadonlySet<string>;
  /** An expression may not be computed, or a row be kept, without a look at all of it. */
  readonly isLazy: boolean;
  /** Some expression may fail on some row. */
  readonly mayRaise: boolean;
}

export function readUpdate(tokens: readonly SqlToken[]): PlainUpdate {
  const places = new Set(tokens.flatMap((_, at) => (isTarget(tokens, at) ? [at] : [])));
  const nameOf = (token: SqlToken | undefined) => nameKey(identifierOf(token) ?? '');
  return {
    table: nameKey(nameAt(tokens, 1) ?? ''),
    columns: [...places].map((at) => nameOf(tokens[at])),
    setsRows: tokens.some((_, at) => isRowTarget(tokens, at)),
    reads: new Set(tokens.filter((_, at) => !places.has(at)).map(nameOf)),
    isLazy: places.size === 0 || tokens.some((token) => lazyWords.has(keywordOf(token))),
    mayRaise: tokens.some(({ text }) => text === '(' || text === '>'),
  };
}

const lazyWords = new Set([
  'CASE',
  'COALESCE',
  'IFNULL',
  'IIF',
  'NULLIF',
  'AND',
  'OR',
  'FROM',
  'SELECT',
  'IN',
]);

function isTarget(tokens: readonly SqlToken[], at: number): boolean {
  return tokens[at + 1]?.text === '=' && mayBegin(tokens, at);
}

function isRowTarget(tokens: readonly SqlToken[], at: number): boolean {
  if (tokens[at]?.text !== '(' || !mayBegin(tokens, at)) return false;
  const end = tokens.findIndex(({ text }, place) => place > at && text === ')');
  return tokens[end + 1]?.text === '=';
}

function mayBegin(tokens: readonly SqlToken[], at: number): boolean {
  const before = tokens[at - 1]?.text.toUpperCase();
  const isFirst = tokens.slice(0, at).every((token) => keywordOf(token) !== 'WHERE');
  return isFirst && (before === 'SET' || before === ',');
}
