import { sealArchives } from '@varve/aggregator';
import type { Command } from 'commander';
import { addFleetOptions, beginWork, defineVerb, type FleetOptions } from '../command/index.ts';

export function defineSeal(command: Command): void {
  addFleetOptions(command);
  defineVerb<FleetOptions>(command, async (context, args, options) => {
    const archives = await context.findArchives(args);
    const lineage = await context.loadLineage();
    using bar = context.openProgressBar('sealing');
    using work = beginWork(options);
    const report = await sealArchives(archives, { lineage, onProgress: bar.update, ...work.options });
    const { sealed, current, failures } = report;
    return {
      json: report,
      text: () => `${sealed} sealed; ${current} were so already; ${failures} failed`,
      ...work.tell(report),
    };
  });
}
