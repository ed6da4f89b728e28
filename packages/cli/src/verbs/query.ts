import { type LiveQuery, openLiveQuery, prepareQuery, readUnified } from '@varve/aggregator';
import type { Command } from 'commander';
import { addSelectionOptions, readSelection, type SelectionOptions } from '../command/selection-options.ts';
import { defineVerb } from '../command/verb.ts';
import { addRowsOptions, type RowsOptions, renderRows } from '../output/render-rows.ts';

interface QueryVerbOptions extends RowsOptions, SelectionOptions {
  readonly quiet?: boolean;
}

export function defineQuery(command: Command): void {
  command.usage('[options] [archives...] <sql>');
  addRowsOptions(command);
  addSelectionOptions(command);
  defineVerb<QueryVerbOptions>(command, async (context, args, options) => {
    const [sql = '', named] = [args.at(-1), args.slice(0, -1)];
    const [file = '', ...others] = named;
    const view = others.length === 0 ? readUnified(file) : undefined;
    if (view) return { output: queryView(view, sql, options) };
    const archives = await context.findArchives(named);
    const lineage = await context.loadLineage();
    using bar = context.openProgressBar('reading');
    const live = await openLiveQuery(archives, sql, {
      lineage,
      onProgress: bar.update,
      ...readSelection(options),
    });
    if (live.advice && !options.quiet) process.stderr.write(`hint: ${live.advice}\n`);
    return { output: queryLive(live, options), problems: live.problems };
  });
}

type View = NonNullable<ReturnType<typeof readUnified>>;

function* queryView(view: View, sql: string, options: RowsOptions): Generator<string> {
  try {
    yield* renderRows(prepareQuery(view, sql), options);
  } finally {
    view.close();
  }
}

function* queryLive(live: LiveQuery, options: RowsOptions): Generator<string> {
  using query = live;
  yield* renderRows(query, options);
}
