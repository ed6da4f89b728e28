import { relative } from 'node:path';
import { migrationFile } from '@varve/migrations/internal';
import type { Command } from 'commander';
import { defineVerb } from '../command/index.ts';
import {
  type GenerateResult,
  generateMigrations,
  type Project,
  parseRename,
  type Rename,
  renderReadability,
  renderWarnings,
} from '../project/index.ts';

interface GenerateVerbOptions {
  readonly custom?: boolean;
  readonly rename: readonly Rename[];
  readonly renameTable: readonly Rename[];
  readonly json?: boolean;
}

const collect =
  (kind: 'table' | 'column') =>
  (text: string, earlier: readonly Rename[]): Rename[] => [...earlier, parseRename(text, kind)];

export function defineGenerate(command: Command): void {
  command
    .option('--custom', 'an empty migration, for SQL by hand')
    .option(
      '--rename <table.old=new>',
      'a column that goes on under another name (repeatable)',
      collect('column'),
      [],
    )
    .option(
      '--rename-table <old=new>',
      'a table that goes on under another name (repeatable)',
      collect('table'),
      [],
    );
  defineVerb<GenerateVerbOptions>(command, async (context, [name], options) => {
    const project = await context.loadProject();
    const result = generateMigrations(project, {
      name,
      isCustom: options.custom ?? false,
      renames: [...options.renameTable, ...options.rename],
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
