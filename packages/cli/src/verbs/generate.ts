import { relative } from 'node:path';
import { lockFileName, migrationFile } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import type { Command } from 'commander';
import { defineVerb } from '../command/index.ts';
import {
  type Drop,
  type GenerateResult,
  generateMigrations,
  type Project,
  parseDrop,
  parseRename,
  type Rename,
  renderReadability,
  renderWarnings,
} from '../project/index.ts';

interface GenerateVerbOptions {
  readonly custom?: boolean;
  readonly rename: readonly Rename[];
  readonly renameTable: readonly Rename[];
  readonly drop: readonly Drop[];
  readonly dropTable: readonly Drop[];
  readonly json?: boolean;
}

/** Of each migration so many lines are shown. */
const mostLines = 24;

const collect =
  <T>(parse: (text: string, kind: 'table' | 'column') => T, kind: 'table' | 'column') =>
  (text: string, earlier: readonly T[]): T[] => [...earlier, parse(text, kind)];

export function defineGenerate(command: Command): void {
  command
    .option('--custom', 'an empty migration, for SQL by hand')
    .option(
      '--rename <table.old=new>',
      'a column that goes on under another name (repeatable)',
      collect(parseRename, 'column'),
      [],
    )
    .option(
      '--rename-table <old=new>',
      'a table that goes on under another name (repeatable)',
      collect(parseRename, 'table'),
      [],
    )
    .option(
      '--drop <table.column>',
      'a column that goes, where others come: no rename (repeatable)',
      collect(parseDrop, 'column'),
      [],
    )
    .option(
      '--drop-table <table>',
      'a table that goes, where others come: no rename (repeatable)',
      collect(parseDrop, 'table'),
      [],
    );
  defineVerb<GenerateVerbOptions>(command, async (context, [name], options) => {
    const project = await context.loadProject();
    const isInteractive = !options.json && process.stdin.isTTY && process.stdout.isTTY;
    const result = await generateMigrations(project, {
      name,
      askName: isInteractive ? askName : undefined,
      isCustom: options.custom ?? false,
      renames: [...options.renameTable, ...options.rename],
      drops: [...options.dropTable, ...options.drop],
      isInteractive,
    });
    const { problems, made, ...json } = result;
    const sql = Object.fromEntries(made.map((migration) => [migration.name, migration.sql]));
    return {
      json: { made: made.map((migration) => migration.name), sql, ...json },
      text: () => renderResult(result, project, options.custom ?? false),
      problems,
    };
  });
}

/** @throws USAGE where the question is left with Ctrl-C; nothing was made then */
async function askName(): Promise<string> {
  const { isCancel, text } = await import('@clack/prompts');
  const answer = await text({
    message: 'What is the migration called?',
    placeholder: 'as drizzle-kit calls it',
  });
  if (!isCancel(answer)) return answer ?? '';
  throw new VarveError('USAGE', 'the question was not answered, and nothing was generated', {
    hint: 'varve generate NAME asks nothing',
  });
}

function renderResult(result: GenerateResult, { migrationsDir }: Project, isCustom: boolean): string {
  const { made, versions, warnings, problems, isLocked, locked } = result;
  const shown = (path: string) => relative(process.cwd(), path);
  const files = made.flatMap(({ name, sql }) => [
    `made ${shown(migrationFile(migrationsDir, name))}`,
    ...(isCustom ? [] : renderSql(sql)),
  ]);
  const next = isCustom
    ? ['write your SQL into it, then run varve generate']
    : problems.length > 0
      ? [
          'not locked yet: mend the SQL, or write -- varve-allow RULE: reason into it; then run varve generate',
        ]
      : isLocked
        ? [
            `locked ${versions.length} migration(s) in ${shown(migrationsDir)}/${lockFileName}`,
            ...locked.map(({ name, hash }) => `  ${name} ${hash}`),
          ]
        : [];
  return [
    ...(files.length > 0 ? files : ['the schema has not changed']),
    ...renderReadability(versions),
    ...renderWarnings(warnings),
    ...next,
  ].join('\n');
}

function renderSql(sql: string): string[] {
  const written = sql.replaceAll(/\s*--> statement-breakpoint/g, '').replaceAll('\t', '  ');
  const lines = written.trim().split(/\r?\n/);
  const more = lines.length - mostLines;
  const shown = more > 1 ? [...lines.slice(0, mostLines), `… ${more} more lines`] : lines;
  return shown.map((line) => `  ${line}`);
}
