import type { QueryAnswer, Reader } from '@varve/page/internal';
import { limits } from './limits.ts';

type Shown = Awaited<ReturnType<Reader['show']>>;

/** The rows that fit, with their long texts cut, and why there may be more. */
export function boundRows({ columns, rows, cut, problems }: QueryAnswer): object {
  const fitting = takeFitting(rows.map((row) => row.map(cutText)));
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
    ...rest,
    session:
      session &&
      Object.fromEntries(Object.entries(session).map(([column, value]) => [column, cutText(value)])),
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

function cutText<T>(value: T): T | string {
  if (typeof value !== 'string' || value.length <= limits.cellLength) return value;
  return `${value.slice(0, limits.cellLength)}… (${value.length - limits.cellLength} more characters)`;
}

function takeFitting<T>(items: readonly T[]): T[] {
  let left: number = limits.answerLength;
  const end = items.findIndex((item) => {
    left -= JSON.stringify(item).length;
    return left < 0;
  });
  return end < 0 ? [...items] : items.slice(0, Math.max(end, 1));
}
