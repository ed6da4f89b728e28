import { relative } from 'node:path';
import { migrationFile } from '@varve/migrations/internal';
import type { Command } from 'commander';
import { defineVerb } from '../command/index.ts';
import {
  type GenerateResult,
  generateMigrations,
  type Project,
  parseRename,
  renderReadability,
  renderWarnings,
} from '../project/index.ts';

interface GenerateVerbOptions {
  readonly custom?: boolean;
  readonly rename: readonly string[];
  readonly renameTable: readonly string[];
  readonly json?: boolean;
}

const collect = (value: string, earlier: readonly string[]): string[] => [...earlier, value];

export function defineGenerate(command: Command): void {
  command
    .option('--custom', 'an empty migration, for SQL by hand')
    .option('--rename <table.old=new>', 'a column that goes on under another name (repeatable)', collect, [])
    .option('--rename-table <old=new>', 'a table that goes on under another name (repeatable)', collect, []);
  defineVerb<GenerateVerbOptions>(command, async (context, [name], options) => {
    const project = await context.loadProject();
    const result = generateMigrations(project, {
      name,
      isCustom: options.custom ?? false,
      renames: [
        ...options.renameTable.map((text) => parseRename(text, 'table')),
        ...options.rename.map((text) => parseRename(text, 'column')),
      ],
      isInteractive: !options.json && process.stdin.isTTY && process.stdout.isTTY,
    });
    const { problems, ...json } = result;
    return { json, text: () => renderResult(result, project, options.custom ?? false), problems };
  });
}

function renderResult(result: GenerateResult, { migrationsDir }: Project, isCustom: boolean): string {
  const { made, versions, warnings, problems, isLocked } = result;
  const files = made.map((name) => `made ${relative(process.cwd(), migrationFile(migrationsDir, name))}`);
  const next = isCustom
    ? ['write your SQL into it, then run varve generate']
    : problems.length > 0
      ? [
          'not locked yet: mend the SQL, or write -- varve-allow RULE: reason into it; then run varve generate',
        ]
      : isLocked
        ? [`locked ${versions.length} migration(s)`]
        : [];
  return [
    ...(files.length > 0 ? files : ['the schema has not changed']),
    ...renderReadability(versions),
    ...renderWarnings(warnings),
    ...next,
  ].join('\n');
}
