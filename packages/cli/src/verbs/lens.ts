import { compileLens, type Lens, type LensStage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import type { Command } from 'commander';
import { defineVerb } from '../command/index.ts';

export function defineLens(command: Command): void {
  command.requiredOption('--from <version>', 'the version of the files: how many migrations they have had');
  defineVerb<{ from: string }>(command, async (context, _args, { from }) => {
    const lineage = await context.loadLineage();
    const lens = compileLens(lineage, parseVersion(from, lineage.migrations.length));
    return { json: describe(lens), text: () => renderLens(lens) };
  });
}

function parseVersion(text: string, head: number): number {
  const version = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (version <= head) return version;
  throw new VarveError('USAGE', `--from ${text} is no version of this lineage`, {
    hint: `give a number from 0 to ${head}`,
  });
}

function describe({ from, to, tables, views, stages, refusal }: Lens): object {
  const selects = tables.map(({ name, columns, strategy, why, select }) => ({
    name,
    strategy,
    why,
    columns,
    sql: select('main'),
  }));
  return { from, to, stages, tables: selects, views, refusal };
}

function renderLens({ from, to, tables, views, stages, refusal }: Lens): string {
  if (refusal) {
    const { migration, statement, reason } = refusal;
    return `-- files of version ${from} are replayed on a copy: ${reason}\n-- migration ${migration}\n${statement}`;
  }
  const parts = tables.map(
    ({ name, strategy, why, select }) =>
      `-- ${name}: ${strategy}${why ? `, ${why}` : ''}\n${select('main')};`,
  );
  const overViews = views.map(({ name, sql }) => `-- ${name}: a view of head\n${sql};`);
  return [
    `-- version ${from} read at version ${to}`,
    ...stages.map(renderStage),
    ...parts,
    ...overViews,
  ].join('\n\n');
}

function renderStage({ runs, setup }: LensStage): string {
  const reasons = runs.map(
    ({ migration, reason }) => `-- SQLite runs a statement of ${migration}: ${reason}`,
  );
  return [...reasons, ...setup.map((sql) => `${sql};`)].join('\n');
}
