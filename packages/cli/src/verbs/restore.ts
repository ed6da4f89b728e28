import { restoreArchives } from '@varve/aggregator';
import type { Command } from 'commander';
import { defineVerb } from '../command/verb.ts';

export function defineRestore(command: Command): void {
  command
    .requiredOption('--into <dir>', 'the folder whose archives were upgraded')
    .option('--overwrite', 'also where an archive is no longer what its upgrade made');
  defineVerb<{ into: string; overwrite?: boolean }>(command, async (context, args, options) => {
    const lineage = await context.loadLineage();
    using bar = context.openProgressBar('restoring');
    const report = await restoreArchives(args[0] as string, { ...options, lineage, onProgress: bar.update });
    const { restored, current, failed } = report;
    return {
      json: report,
      text: () => `${restored.length} restored; ${current} were so already; ${failed.length} failed`,
      problems: failed,
    };
  });
}
