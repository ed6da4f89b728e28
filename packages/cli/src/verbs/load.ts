import { type LoadReport, loadArchives } from '@varve/aggregator';
import type { Command } from 'commander';
import { addFleetOptions, beginWork, defineVerb, type FleetOptions } from '../command/index.ts';
import { countOf } from '../output/index.ts';

interface LoadOptions extends FleetOptions {
  readonly to: string;
  readonly applyDdl?: boolean;
  readonly keepGone?: boolean;
}

export function defineLoad(command: Command): void {
  command
    .requiredOption('--to <url>', 'postgres://user@host/database or clickhouse://user@host:8123/database')
    .option('--apply-ddl', 'run the statements that bring the tables to head')
    .option('--keep-gone', 'keep the rows of archives that are no longer there');
  addFleetOptions(command);
  defineVerb<LoadOptions>(command, async (context, args, options) => {
    const { to, applyDdl, keepGone } = options;
    const archives = await context.findArchives(args);
    const lineage = await context.loadLineage();
    using work = beginWork(options);
    const startedMs = performance.now();
    const report = await loadArchives(archives, to, {
      lineage,
      ...work.options,
      ...(applyDdl && { applyDdl }),
      ...(keepGone && { gone: 'keep' }),
    });
    const seconds = (performance.now() - startedMs) / 1000;
    return { json: { ...report, seconds }, text: () => renderReport(report, seconds), ...work.tell(report) };
  });
}

function renderReport({ loaded, current, removed, rows, failures }: LoadReport, seconds: number): string {
  const pace = loaded > 0 ? `; ${Math.round(loaded / seconds)} archives/s` : '';
  return `${loaded} loaded, ${countOf(rows, 'row')}; ${current} were there already; ${removed} gone; ${failures} failed; ${seconds.toFixed(1)} s${pace}`;
}
