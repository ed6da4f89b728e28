import { restoreArchives } from '@varve/aggregator';
import type { Command } from 'commander';
import { addSelectionOptions, defineVerb, readSelection, type SelectionOptions } from '../command/index.ts';

interface RestoreOptions extends SelectionOptions {
  readonly into: string;
  readonly overwrite?: boolean;
}

export function defineRestore(command: Command): void {
  command
    .requiredOption('--into <where>', 'the folder, or s3://bucket/prefix, whose archives were upgraded')
    .option('--overwrite', 'also where an archive is no longer what its upgrade made');
  addSelectionOptions(command);
  defineVerb<RestoreOptions>(command, async (context, args, { into, overwrite, ...options }) => {
    const lineage = await context.loadLineage();
    using bar = context.openProgressBar('restoring');
    const report = await restoreArchives(args[0] as string, {
      into,
      lineage,
      onProgress: bar.update,
      ...readSelection(options),
      ...(overwrite && { overwrite }),
    });
    const { restored, current, failed } = report;
    return {
      json: report,
      text: () => `${restored} restored; ${current} were so already; ${failed.length} failed`,
      problems: failed,
    };
  });
}
