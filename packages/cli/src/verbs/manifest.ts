import { writeManifest } from '@varve/aggregator';
import type { Command } from 'commander';
import { addFleetOptions, beginWork, defineVerb, type FleetOptions } from '../command/index.ts';

interface ManifestOptions extends FleetOptions {
  readonly into: string;
}

export function defineManifest(command: Command): void {
  command.requiredOption('--into <file>', 'the file that holds the list, ending in .db or .parquet');
  addFleetOptions(command);
  defineVerb<ManifestOptions>(command, async (context, args, options) => {
    const { into } = options;
    const archives = await context.findArchives(args);
    const lineage = await context.loadLineage();
    using work = beginWork(options);
    const report = await writeManifest(archives, { lineage, into, ...work.options });
    const { read, unchanged, removed, failures } = report;
    return {
      json: report,
      text: () =>
        `${into}: ${read} read, ${unchanged} unchanged, ${removed} removed, ${failures} with problems`,
      ...work.tell(report),
    };
  });
}
