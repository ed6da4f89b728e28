import { type LoadReport, loadArchives } from '@varve/aggregator';
import type { Command } from 'commander';
import {
  addSelectionOptions,
  defineVerb,
  parseMaxFailures,
  readSelection,
  type SelectionOptions,
} from '../command/index.ts';
import { openReport, tooManyFailures } from '../output/index.ts';

interface LoadOptions extends SelectionOptions {
  readonly to: string;
  readonly applyDdl?: boolean;
  readonly keepGone?: boolean;
  readonly maxFailures?: number;
  readonly report?: string;
}

export function defineLoad(command: Command): void {
  command
    .requiredOption('--to <url>', 'postgres://user@host/database or clickhouse://user@host:8123/database')
    .option('--apply-ddl', 'run the statements that bring the tables to head')
    .option('--keep-gone', 'keep the rows of archives that are no longer there')
    .option('--max-failures <n>', 'stop when more archives fail', parseMaxFailures)
    .option('--report <file>', 'a line of JSON for each archive as it is done');
  addSelectionOptions(command);
  defineVerb<LoadOptions>(command, async (context, args, options) => {
    const { to, applyDdl, keepGone, maxFailures, report: reportFile } = options;
    const archives = await context.findArchives(args);
    const lineage = await context.loadLineage();
    using file = reportFile ? openReport(reportFile) : undefined;
    const startedMs = performance.now();
    const report = await loadArchives(archives, to, {
      lineage,
      ...readSelection(options),
      ...(applyDdl && { applyDdl }),
      ...(keepGone && { gone: 'keep' }),
      ...(maxFailures !== undefined && { maxFailures }),
      ...(file && { onFile: file.add }),
    });
    const seconds = (performance.now() - startedMs) / 1000;
    const stopped = report.isStopped && maxFailures !== undefined ? [tooManyFailures(maxFailures)] : [];
    return {
      json: { ...report, seconds },
      text: () => renderReport(report, seconds),
      problems: [...report.failed, ...stopped],
    };
  });
}

function renderReport({ loaded, current, removed, rows, failed }: LoadReport, seconds: number): string {
  const pace = loaded > 0 ? `; ${Math.round(loaded / seconds)} archives/s` : '';
  return `${loaded} loaded, ${rows} rows; ${current} were there already; ${removed} gone; ${failed.length} failed; ${seconds.toFixed(1)} s${pace}`;
}
