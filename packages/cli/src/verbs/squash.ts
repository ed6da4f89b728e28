import type { Command } from 'commander';
import { defineVerb } from '../command/index.ts';
import { type SquashResult, squashProject } from '../project/index.ts';

interface SquashVerbOptions {
  readonly through?: string;
  readonly dryRun?: boolean;
}

export function defineSquash(command: Command): void {
  command
    .option('--through <name>', 'the last migration to fold (else the newest that no archive lacks)')
    .option('--dry-run', 'say what would be folded, and write nothing');
  defineVerb<SquashVerbOptions>(command, async (context, named, { through, dryRun = false }) => {
    const archives = await context.findArchives(named);
    const result = squashProject(await context.loadProject(), archives, { through, isDryRun: dryRun });
    const { problems, ...json } = result;
    return { json, text: () => renderSquash(result, dryRun), problems };
  });
}

function renderSquash({ folded, migrations, archives, goneGolden }: SquashResult, isDryRun: boolean): string {
  const last = folded.at(-1);
  if (last === undefined) return 'nothing was folded';
  return [
    `${isDryRun ? 'would fold' : 'folded'} ${folded.length} migrations into ${last}: ${folded.join(', ')}`,
    `none of ${archives} archive(s) is from before ${last}`,
    ...goneGolden.map((path) => `remove ${path}, and its line in golden.lock: its version is folded`),
    ...(isDryRun ? [] : [`locked ${migrations} migration(s)`]),
  ].join('\n');
}
