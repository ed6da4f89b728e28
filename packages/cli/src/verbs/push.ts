import { type PushReport, pushArchives } from '@varve/aggregator';
import type { KeyLayout } from '@varve/core';
import { keyLayouts } from '@varve/core/internal';
import { type Command, Option } from 'commander';
import { addFleetOptions, beginWork, defineVerb, type FleetOptions } from '../command/index.ts';
import { formatSize } from '../output/index.ts';

interface PushOptions extends FleetOptions {
  readonly layout?: KeyLayout;
  readonly keep?: boolean;
}

export function definePush(command: Command): void {
  command
    .addOption(
      new Option('--layout <by>', 'where below the prefix each lies (default: its own path)').choices(
        keyLayouts,
      ),
    )
    .option('--keep', 'keep the files here, too');
  addFleetOptions(command);
  defineVerb<PushOptions>(command, async (_context, args, options) => {
    const { layout, keep } = options;
    using work = beginWork(options);
    const report = await pushArchives(args.slice(0, -1), {
      into: args.at(-1) ?? '',
      ...work.options,
      ...(layout && { layout }),
      ...(keep && { keep }),
    });
    return { json: report, text: () => renderReport(report), ...work.tell(report) };
  });
}

function renderReport({ pushed, current, failures, sizeBytes }: PushReport): string {
  return `${pushed} pushed, ${formatSize(sizeBytes)}; ${current} were there already; ${failures} failed`;
}
