import { writeManifest } from '@varve/aggregator';
import type { Command } from 'commander';
import { addSelectionOptions, defineVerb, readSelection, type SelectionOptions } from '../command/index.ts';

interface ManifestOptions extends SelectionOptions {
  readonly into: string;
}

export function defineManifest(command: Command): void {
  command.requiredOption('--into <file>', 'the file that holds the list, ending in .db or .parquet');
  addSelectionOptions(command);
  defineVerb<ManifestOptions>(command, async (context, args, options) => {
    const { into } = options;
    const archives = await context.findArchives(args);
    const lineage = await context.loadLineage();
    const report = await writeManifest(archives, { lineage, into, ...readSelection(options) });
    const { read, unchanged, removed, problems } = report;
    return {
      json: report,
      text: () =>
        `${into}: ${read} read, ${unchanged} unchanged, ${removed} removed, ${problems.length} with problems`,
      problems,
    };
  });
}
