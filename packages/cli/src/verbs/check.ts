import type { Command } from 'commander';
import { defineVerb } from '../command/index.ts';
import { checkProject, renderReadability, renderWarnings } from '../project/index.ts';

export function defineCheck(command: Command): void {
  defineVerb(command, async (context) => {
    const { problems, warnings, versions } = checkProject(await context.loadProject());
    const text = () =>
      [
        ...renderReadability(versions),
        ...renderWarnings(warnings),
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
