import type { readUnified } from '@varve/aggregator';
import { prepareQuery } from '@varve/aggregator/internal';
import { type RowsOptions, renderRows } from './render-rows.ts';

type View = NonNullable<ReturnType<typeof readUnified>>;

/** What one SELECT finds in a unified view, as text; closes the view. */
export function* queryView(view: View, sql: string, options: RowsOptions): Generator<string> {
  try {
    yield* renderRows(prepareQuery(view, sql), options);
  } finally {
    view.close();
  }
}
