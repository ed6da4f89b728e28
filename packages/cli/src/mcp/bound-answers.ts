import type { QueryAnswer, Reader } from '@varve/page/internal';
import { limits } from './limits.ts';

type Shown = Awaited<ReturnType<Reader['show']>>;
type Found = Awaited<ReturnType<Reader['search']>>;

/** The rows that fit, with their long texts cut, and why there may be more. */
export function boundRows({ columns, rows, cut, problems }: QueryAnswer): object {
  const fitting = takeFitting(rows);
  return {
    columns,
    rows: fitting,
    cut: fitting.length < rows.length ? 'bytes' : cut,
    ...(problems > 0 && { unreadableArchives: problems }),
  };
}

/** A session's row and the steps from `offset` on that fit; `next` is where to go on. */
export function boundSteps(
  { steps, session, tables: _, ...rest }: Shown,
  offset: number,
  limit: number,
): object {
  const fitting = takeFitting(steps.slice(offset, offset + limit));
  const end = offset + fitting.length;
  return {
    ...(cutTexts(rest, limits.cellLength) as object),
    session: session && (takeFitting([session])[0] ?? null),
    totalSteps: steps.length,
    steps: fitting,
    next: end < steps.length ? end : null,
  };
}

/** Tables as `name(column type, …)`, which takes a third of the words. */
export function boundTables(tables: Reader['tables']): readonly string[] {
  return takeFitting(
    tables.map(
      ({ name, columns }) => `${name}(${columns.map((it) => `${it.name} ${it.type}`.trim()).join(', ')})`,
    ),
  );
}

/** The sessions that fit, with their long texts cut; `more` is how many there were beyond. */
export function boundFound({ found, indexed }: Found): object {
  const fitting = takeFitting(found);
  const more = found.length - fitting.length;
  return { found: fitting, indexed, ...(more > 0 && { more }) };
}

/** A line for a list. */
export function boundName(name: string): string {
  return cutText(name, limits.nameLength);
}

function cutText(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}… (${text.length - most} more characters)`;
}

/** The value with all its long texts cut, however deep they stand. */
function cutTexts(value: unknown, most: number): unknown {
  if (typeof value === 'string') return cutText(value, most);
  if (Array.isArray(value)) return value.map((inner) => cutTexts(inner, most));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cutTexts(inner, most)]));
}

/** As many as fit, from the first on; the first itself is cut down to what fits. */
function takeFitting<T>(items: readonly T[]): T[] {
  let left: number = limits.answerLength;
  const fitting: T[] = [];
  for (const item of items) {
    const cut = cutTexts(item, limits.cellLength);
    left -= JSON.stringify(cut).length;
    if (left < 0) return fitting.length > 0 ? fitting : [cutToFit(item)];
    fitting.push(cut as T);
  }
  return fitting;
}

/** An item that is longer than an answer has its texts cut to a few letters each; one of a great many parts loses the rest. */
function cutToFit<T>(item: T): T {
  for (const most of [400, 40]) {
    const cut = cutTexts(item, most);
    if (JSON.stringify(cut).length <= limits.answerLength) return cut as T;
  }
  if (Array.isArray(item)) return item.slice(0, 1000).map((inner) => cutTexts(inner, 40)) as T;
  const entries = Object.entries(item as object).slice(0, 1000);
  return cutTexts(Object.fromEntries(entries), 40) as T;
}
