import { readUnified } from '@varve/aggregator';
import { type LiveQuery, openLiveQuery } from '@varve/aggregator/internal';
import type { Lineage } from '@varve/migrations';
import type { Command } from 'commander';
import { addRowsOptions, countOf, queryView, type RowsOptions, renderRows, tell } from '../output/index.ts';
import type { CommandContext } from './command-context.ts';
import { addFleetOptions, beginWork, type FleetOptions } from './fleet-options.ts';
import { addNewerOption, type NewerOptions, readNewer } from './newer-option.ts';
import type { VerbResult } from './verb.ts';

export interface AnswerOptions extends RowsOptions, FleetOptions, NewerOptions {
  readonly quiet?: boolean;
}

export function addAnswerOptions(command: Command): void {
  addRowsOptions(command);
  addNewerOption(command);
  addFleetOptions(command);
}

/** Answers one SELECT over a unified view, where one is named alone, else over the archives that are named. */
export async function answerQuery(
  context: CommandContext,
  named: readonly string[],
  sql: string,
  options: AnswerOptions,
  loadLineage: () => Promise<Lineage> = context.loadLineage,
): Promise<VerbResult> {
  const [file = '', ...others] = named;
  const view = others.length === 0 ? readUnified(file) : undefined;
  if (view) return { output: queryView(view, sql, options) };
  const archives = await context.findArchives(named);
  const lineage = await loadLineage();
  using bar = context.openProgressBar('reading');
  using work = beginWork(options);
  const reading = { ...work.options, newer: readNewer(options) };
  const live = await openLiveQuery(archives, sql, { lineage, onProgress: bar.update, ...reading });
  if (!options.quiet) tellLeftOut(live);
  if (live.advice && !options.quiet) tell(`hint: ${live.advice}`);
  return { output: queryLive(live, options), problems: live.problems };
}

function* queryLive(live: LiveQuery, options: RowsOptions): Generator<string> {
  using query = live;
  yield* renderRows(query, options);
}

/** What is not an error, and yet not counted, or counted more than once. */
function tellLeftOut({ duplicates, clashes }: LiveQuery): void {
  if (duplicates.length > 0)
    tell(`hint: left out: ${countOf(duplicates.length, 'archive')}, of which others hold every row`);
  for (const { sessionId, paths } of clashes)
    tell(
      `hint: ${paths.length} archives claim session ${sessionId} with other rows, all counted: ${paths.join(', ')}`,
    );
}
