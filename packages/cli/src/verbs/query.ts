import { type LiveQuery, openLiveQuery, prepareQuery, readUnified } from '@varve/aggregator';
import type { Command } from 'commander';
import { addSelectionOptions, readSelection, type SelectionOptions } from '../command/selection-options.ts';
import { defineVerb } from '../command/verb.ts';
import { escapeControls } from '../output/escape-controls.ts';
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
    if (!options.quiet) tellLeftOut(live);
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

/** What is not an error, and yet not counted, or counted more than once. */
function tellLeftOut({ duplicates, clashes }: LiveQuery): void {
  if (duplicates.length > 0)
    process.stderr.write(
      `hint: ${duplicates.length} archives are left out: others hold all that they hold\n`,
    );
  for (const { sessionId, paths } of clashes)
    process.stderr.write(
      `hint: ${escapeControls(`${paths.length} archives claim session ${sessionId} with other rows, all counted: ${paths.join(', ')}`)}\n`,
    );
}
