import type { Command } from 'commander';
import { defineVerb } from '../command/index.ts';
import { type SquashResult, squashProject } from '../project/index.ts';

interface SquashVerbOptions {
  readonly through?: string;
  readonly dryRun?: boolean;
  readonly live: readonly string[];
  readonly backup: readonly string[];
}

export function defineSquash(command: Command): void {
  command
    .option('--through <name>', 'the last migration to fold (else the newest that no archive lacks)')
    .option('--live <where>', 'live sessions, which are counted too (repeatable)', collect, [])
    .option('--backup <where>', 'originals that an upgrade kept, counted too (repeatable)', collect, [])
    .option('--dry-run', 'say what would be folded, and write nothing');
  defineVerb<SquashVerbOptions>(command, async (context, named, options) => {
    const { through, dryRun = false, live, backup } = options;
    const archives = await context.findArchives(named);
    const besides = [...(await context.findConfigured('live', 'backups')), ...live, ...backup];
    const project = await context.loadProject();
    const result = await squashProject(project, [...archives, ...besides], { through, isDryRun: dryRun });
    const { problems, ...json } = result;
    return { json, text: () => renderSquash(result, dryRun), problems };
  });
}

const collect = (where: string, earlier: readonly string[]): string[] => [...earlier, where];

function renderSquash(
  { folded, migrations, archives, live, goneGolden }: SquashResult,
  isDryRun: boolean,
): string {
  const last = folded.at(-1);
  if (last === undefined) return 'nothing was folded';
  return [
    `${isDryRun ? 'would fold' : 'folded'} ${folded.length} migrations into ${last}: ${folded.join(', ')}`,
    `none of ${archives} archive(s)${live > 0 ? ` and ${live} live session(s)` : ''} is from before ${last}`,
    ...goneGolden.map((path) => `remove ${path}, and its line in golden.lock: its version is folded`),
    ...(isDryRun ? [] : [`locked ${migrations} migration(s)`]),
  ].join('\n');
}
