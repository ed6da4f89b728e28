import { identifierOf, keywordOf, nameKey, type SqlToken } from '../sql/index.ts';

export interface PlainCopy {
  readonly into: string;
  readonly from: string;
  /** By the column that is filled: the one that is read. */
  readonly columns: ReadonlyMap<string, string>;
}

/** `INSERT INTO a (…) SELECT … FROM b` with nothing but names in both lists. */
export function readPlainCopy(tokens: readonly SqlToken[]): PlainCopy | undefined {
  const texts = tokens.map((token) => keywordOf(token) || token.text);
  const select = texts.indexOf('SELECT');
  const [into, from] = [identifierOf(tokens[2]), identifierOf(tokens.at(-1))];
  if (texts[1] !== 'INTO' || texts[3] !== '(' || texts[select - 1] !== ')' || texts.at(-2) !== 'FROM')
    return undefined;
  const [targets, sources] = [
    readNames(tokens.slice(4, select - 1)),
    readNames(tokens.slice(select + 1, -2)),
  ];
  if (!into || !from || !targets || targets.length !== sources?.length) return undefined;
  return { into, from, columns: new Map(targets.map((target, at) => [target, sources[at] ?? ''])) };
}

function readNames(tokens: readonly SqlToken[]): string[] | undefined {
  const isList = tokens.every((token, at) =>
    at % 2 === 1 ? token.text === ',' : /^(word|name)$/.test(token.kind),
  );
  return isList
    ? tokens.flatMap((token, at) => (at % 2 === 0 ? [nameKey(identifierOf(token) ?? '')] : []))
    : undefined;
}
