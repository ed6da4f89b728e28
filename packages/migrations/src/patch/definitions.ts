import { identifierOf, keywordOf, nameKey, type SqlToken, tokenizeSql } from '../sql/index.ts';

/** What a CREATE TABLE says, each as its tokens, written one way. */
export interface TableDefinitions {
  /** By name key. */
  readonly columns: ReadonlyMap<string, string>;
  /** What is between the parentheses of each CHECK, as it stands there. */
  readonly checks: readonly { readonly key: string; readonly sql: string }[];
}

export function definitionsOf(ddl: string): TableDefinitions {
  const tokens = [...tokenizeSql(ddl)].filter(({ kind }) => kind !== 'comment');
  const open = tokens.findIndex(({ text }) => text === '(');
  const parts = splitParts(tokens.slice(open + 1, closeOf(tokens, open)));
  const columns = new Map(
    parts.map((part) => [nameKey(identifierOf(part[0]) ?? ''), part.slice(1).map(asKey).join(' ')]),
  );
  const checks = tokens.flatMap((token, at) => {
    if (keywordOf(token) !== 'CHECK' || tokens[at + 1]?.text !== '(') return [];
    const inner = tokens.slice(at + 2, closeOf(tokens, at + 1));
    const [first, last] = [inner[0], inner.at(-1)];
    if (!first || !last) return [];
    return [{ key: inner.map(asKey).join(' '), sql: ddl.slice(first.start, last.start + last.text.length) }];
  });
  return { columns, checks };
}

/** Where the parenthesis at a place closes. */
function closeOf(tokens: readonly SqlToken[], open: number): number {
  let depth = 0;
  const at = tokens.findIndex(({ text }, place) => {
    if (place >= open && text === '(') depth++;
    if (place >= open && text === ')') depth--;
    return place >= open && depth === 0;
  });
  return at === -1 ? tokens.length : at;
}

function splitParts(tokens: readonly SqlToken[]): SqlToken[][] {
  const parts: SqlToken[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === '(') depth++;
    if (token.text === ')') depth--;
    if (depth === 0 && token.text === ',') parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter(({ length }) => length > 0);
}

/** Words that mean something else in quotes. */
const literalWords = /^(null|true|false|current_\w+)$/i;

/** The same for two tokens only if SQLite takes them for the same where the one is quoted and the other is not. */
export function asKey(token: SqlToken): string {
  const name = token.kind === 'word' || token.kind === 'name' ? identifierOf(token) : undefined;
  if (name === undefined) return token.text;
  return token.kind === 'name' && literalWords.test(name) ? `"${nameKey(name)}"` : nameKey(name);
}
