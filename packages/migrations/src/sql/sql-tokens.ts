/**
 * A token of SQLite's grammar, as far as splitting and recognising statements needs it.
 * Source: https://www.sqlite.org/draft/tokenreq.html
 */
export interface SqlToken {
  readonly kind: 'word' | 'name' | 'string' | 'punctuation' | 'comment';
  /** As written. */
  readonly text: string;
  readonly start: number;
}

const tokenPattern =
  /(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<string>'(?:[^']|'')*(?:'|$))|(?<name>"(?:[^"]|"")*(?:"|$)|`(?:[^`]|``)*(?:`|$)|\[[^\]]*(?:\]|$))|(?<word>[\w$\u0080-\u{10ffff}]+)|(?<punctuation>\S)/gu;

export function* tokenizeSql(sql: string): Generator<SqlToken> {
  for (const match of sql.matchAll(tokenPattern)) {
    const groups = match.groups ?? {};
    const kind = (Object.keys(groups) as SqlToken['kind'][]).find((key) => groups[key] !== undefined);
    if (kind) yield { kind, text: match[0], start: match.index };
  }
}

/** The identifier a token stands for, without its quotes; undefined when it cannot be one. */
export function identifierOf(token: SqlToken | undefined): string | undefined {
  if (!token) return undefined;
  if (token.kind === 'word') return token.text;
  if (token.kind !== 'name' && token.kind !== 'string') return undefined;
  const quote = token.text.charAt(0);
  const inner = token.text.slice(1, -1);
  return quote === '[' ? inner : inner.replaceAll(quote + quote, quote);
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
