import type { Command } from 'commander';
import { defineVerb } from '../command/index.ts';
import { checkProject, renderReadability, renderWarnings } from '../project/index.ts';

export function defineCheck(command: Command): void {
  command.option('--all', 'the warnings about locked migrations too, which generate has told once');
  defineVerb<{ all?: boolean }>(command, async (context, _args, { all = false }) => {
    const { problems, warnings: found, told, versions } = await checkProject(await context.loadProject());
    const warnings = all ? [...told, ...found] : found;
    const text = () =>
      [
        ...renderReadability(versions),
        ...renderWarnings(warnings),
        ...(all || told.length === 0
          ? []
          : [`${told.length} warning(s) about locked migrations were told before: --all tells them again`]),
        `${versions.length} migration(s) checked, ${problems.length} problem(s)`,
      ].join('\n');
    return {
      json: {
        versions,
        warnings,
        problems: problems.map(({ code, path, message, hint }) => ({ code, path, message, hint })),
      },
      text,
      problems,
    };
  });
}
