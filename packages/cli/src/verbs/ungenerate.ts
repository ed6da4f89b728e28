import type { Command } from 'commander';
import { defineVerb } from '../command/index.ts';
import { type UngenerateResult, ungenerateMigration } from '../project/index.ts';

export function defineUngenerate(command: Command): void {
  defineVerb(command, async (context, named) => {
    const project = await context.loadProject();
    const configured = await context.findConfigured('archives', 'live', 'backups');
    const result = await ungenerateMigration(project, [...configured, ...named]);
    const { problems, ...json } = result;
    return { json, text: () => renderUngenerate(result), problems };
  });
}

/** The SQL too: some of it may be by hand, and is nowhere else any more. */
function renderUngenerate({ taken, sql, files }: UngenerateResult): string {
  if (taken === undefined) return 'nothing was taken back';
  const lines = sql
    .trimEnd()
    .replaceAll('\t', '  ')
    .split('\n')
    .map((line) => `  ${line}`);
  return [
    `took back ${taken}; no branch has it, and none of ${files} file(s)`,
    ...lines,
    'the schema is as it was: varve generate makes its migration anew',
  ].join('\n');
}
