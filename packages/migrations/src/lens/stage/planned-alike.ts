import type { SchemaObject } from '../../replay/index.ts';
import { keywordOf, nameKey, type SqlToken, tokenizeSql } from '../../sql/index.ts';
import { Refused } from '../refused.ts';
import type { Step } from '../trace-lineage.ts';
import type { Reach } from './reach.ts';

/**
 * SQLite plans a query inside of a statement otherwise where triggers watch the table that is changed, and one that reads
 * that table meets rows half done: by the plan it finds others.
 *
 * @throws Refused where triggers were left out that a replay has
 */
export function assertPlannedAlike(
  { statement, before }: Step,
  target: string,
  { changed, triggers }: Reach,
): void {
  const watching = before.leftOut ?? [];
  const isWatched = watching.some(
    (it) =>
      nameKey(it.table) === nameKey(target) &&
      statement.tokens.some((token) => keywordOf(token) === eventOf(it)),
  );
  const isBeyond = watching.some(
    ({ table }) => nameKey(table) !== nameKey(target) && changed.has(nameKey(table)),
  );
  const isPlanned =
    (isWatched && dependsOnPlan(statement.tokens)) ||
    (isBeyond && [...triggers].some(({ sql }) => hasQuery([...tokenizeSql(sql)])));
  if (isPlanned)
    throw new Refused('it has a query, and triggers on its table that are left out would change its plan');
}

/** What sets off a trigger. */
function eventOf({ sql }: SchemaObject): string | undefined {
  return [...tokenizeSql(sql)]
    .map(keywordOf)
    .find((it) => it === 'INSERT' || it === 'UPDATE' || it === 'DELETE');
}

/** Rows to insert are all read before the first is written, but where whole rows are moved from table to table. */
function dependsOnPlan(tokens: readonly SqlToken[]): boolean {
  const keywords = tokens.map(keywordOf);
  const isInsert = keywords.includes('INTO') && !keywords.includes('CONFLICT');
  if (!isInsert) return hasQuery(tokens);
  return keywords.some((keyword, at) => keyword === 'SELECT' && tokens[at + 1]?.text === '*');
}

function hasQuery(tokens: readonly SqlToken[]): boolean {
  return tokens.some((token) => keywordOf(token) === 'SELECT');
}
