import type { Step } from '../lens/index.ts';
import { findNonDeterministic } from '../lint/index.ts';
import {
  identifierOf,
  keywordOf,
  nameKey,
  rowChangeOf,
  type SqlToken,
  splitStatements,
} from '../sql/index.ts';

/**
 * Whether a statement does the same to the same rows each time: by its text, by the defaults that it leaves to be filled
 * in, and by what it sets off. `names` is all that it may reach, by name key.
 */
export function isRepeatable({ statement, before }: Step, names: ReadonlySet<string>): boolean {
  if (findNonDeterministic(statement)) return false;
  const reached = before.objects.filter(({ name }) => names.has(nameKey(name)));
  const isSetOff = reached.some(({ type }) => type === 'trigger');
  if (isSetOff) return !reached.some(({ type, sql }) => type !== 'index' && isVolatile(sql));
  const change = rowChangeOf(statement);
  if (change === 'any') return !reached.some(({ sql }) => isVolatile(sql));
  const columns = (change && before.tables.get(change.table)?.columns) ?? [];
  const isLeft = isLeftToDefault(statement.tokens);
  return !columns.some(({ name, defaultSql }) => {
    return defaultSql !== undefined && isLeft(nameKey(name)) && isVolatile(`SELECT ${defaultSql}`);
  });
}

function isLeftToDefault(tokens: readonly SqlToken[]): (column: string) => boolean {
  const words = tokens.map(keywordOf);
  const into = words.indexOf('INTO');
  if (into === -1) return () => false;
  if (words.includes('DEFAULT')) return () => true;
  const texts = tokens.map(({ text }) => text);
  const open = texts[into + 2] === '.' ? into + 4 : into + 2;
  if (texts[open] !== '(') return () => false;
  const listed = new Set(
    tokens.slice(open + 1, texts.indexOf(')', open)).map((token) => nameKey(identifierOf(token) ?? '')),
  );
  return (column) => !listed.has(column);
}

const volatile = new Map<string, boolean>();
const mostTexts = 5000;

function isVolatile(sql: string): boolean {
  const known = volatile.get(sql) ?? splitStatements(sql).some(findNonDeterministic);
  if (volatile.size > mostTexts) volatile.clear();
  volatile.set(sql, known);
  return known;
}
