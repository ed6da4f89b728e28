import { sealArchives } from '@varve/aggregator';
import type { Command } from 'commander';
import { addSelectionOptions, defineVerb, readSelection, type SelectionOptions } from '../command/index.ts';

export function defineSeal(command: Command): void {
  addSelectionOptions(command);
  defineVerb<SelectionOptions>(command, async (context, args, options) => {
    const archives = await context.findArchives(args);
    const lineage = await context.loadLineage();
    using bar = context.openProgressBar('sealing');
    const report = await sealArchives(archives, {
      lineage,
      onProgress: bar.update,
      ...readSelection(options),
    });
    const { sealed, current, failed } = report;
    return {
      json: report,
      text: () => `${sealed.length} sealed; ${current} were so already; ${failed.length} failed`,
      problems: failed,
    };
  });
}
