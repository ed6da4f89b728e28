import { identifierOf, keywordOf, nameKey, type SqlToken, tokenizeSql } from '../sql/index.ts';
import type { Lens, LensTable } from './lens.ts';
import { Refused } from './refused.ts';
import type { Shape } from './shape.ts';

/**
 * The views of head, to be laid over the lens; none where the file's own views show the same. SQLite keeps every
 * view's text as `CREATE VIEW …`.
 */
export function headViews(head: Shape, start: Shape, tables: readonly LensTable[]): Lens['views'] {
  const isUntouched = tables.every((table) => table.strategy === 'identity');
  const old = new Set(start.objects.filter((it) => it.type === 'view').map((it) => it.sql));
  return head.objects
    .filter((it) => it.type === 'view' && !(isUntouched && old.has(it.sql) && !mayBeInQuotes(it.sql)))
    .map(({ name, sql }) => {
      assertUnqualified(name, sql);
      return { name, sql: sql.replace(/^CREATE VIEW/i, 'CREATE TEMP VIEW') };
    });
}

/** The file's own view may say a text in double quotes, which this driver takes for a column. */
function mayBeInQuotes(sql: string): boolean {
  return sql.includes("'");
}

/** A view that says `main.t` would read the file's own table behind the lens. */
function assertUnqualified(view: string, sql: string): void {
  const tokens = [...tokenizeSql(sql)].filter((token) => token.kind !== 'comment');
  const isMain = (token: SqlToken) =>
    keywordOf(token) === 'MAIN' || nameKey(identifierOf(token) ?? '') === 'main';
  if (tokens.some((token, at) => isMain(token) && tokens[at + 1]?.text === '.')) {
    throw new Refused(`the view ${view} names the schema main`);
  }
}
