import { restoreArchives } from '@varve/aggregator';
import type { Command } from 'commander';
import { addFleetOptions, beginWork, defineVerb, type FleetOptions } from '../command/index.ts';

interface RestoreOptions extends FleetOptions {
  readonly into: string;
  readonly overwrite?: boolean;
}

export function defineRestore(command: Command): void {
  command
    .requiredOption('--into <where>', 'the folder, or s3://bucket/prefix, whose archives were upgraded')
    .option('--overwrite', 'also where an archive is no longer what its upgrade made');
  addFleetOptions(command);
  defineVerb<RestoreOptions>(command, async (context, args, { into, overwrite, ...options }) => {
    const lineage = await context.loadLineage();
    using work = beginWork(options);
    using bar = context.openProgressBar('restoring');
    const report = await restoreArchives(args[0] as string, {
      into,
      lineage,
      onProgress: bar.update,
      ...work.options,
      ...(overwrite && { overwrite }),
    });
    const { restored, current, failures } = report;
    return {
      json: report,
      text: () => `${restored} restored; ${current} were so already; ${failures} failed`,
      ...work.tell(report),
    };
  });
}
