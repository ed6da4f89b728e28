import { type PushReport, pushArchives } from '@varve/aggregator';
import type { KeyLayout } from '@varve/core';
import { keyLayouts } from '@varve/core/internal';
import { type Command, Option } from 'commander';
import {
  addSelectionOptions,
  defineVerb,
  parseMaxFailures,
  readSelection,
  type SelectionOptions,
} from '../command/index.ts';
import { formatSize, openReport, tooManyFailures } from '../output/index.ts';

interface PushOptions extends SelectionOptions {
  readonly layout?: KeyLayout;
  readonly keep?: boolean;
  readonly maxFailures?: number;
  readonly report?: string;
}

export function definePush(command: Command): void {
  command
    .addOption(
      new Option('--layout <by>', 'where below the prefix each lies (default: its own path)').choices(
        keyLayouts,
      ),
    )
    .option('--keep', 'keep the files here, too')
    .option('--max-failures <n>', 'stop when more archives fail', parseMaxFailures)
    .option('--report <file>', 'a line of JSON for each archive as it is done');
  addSelectionOptions(command);
  defineVerb<PushOptions>(command, async (_context, args, options) => {
    const { layout, keep, maxFailures, report: reportFile } = options;
    using file = reportFile ? openReport(reportFile) : undefined;
    const report = await pushArchives(args.slice(0, -1), {
      into: args.at(-1) ?? '',
      ...readSelection(options),
      ...(layout && { layout }),
      ...(keep && { keep }),
      ...(maxFailures !== undefined && { maxFailures }),
      ...(file && { onFile: file.add }),
    });
    const stopped = report.isStopped && maxFailures !== undefined ? [tooManyFailures(maxFailures)] : [];
    return { json: report, text: () => renderReport(report), problems: [...report.failed, ...stopped] };
  });
}

function renderReport({ pushed, current, failed, sizeBytes }: PushReport): string {
  return `${pushed} pushed, ${formatSize(sizeBytes)}; ${current} were there already; ${failed.length} failed`;
}
