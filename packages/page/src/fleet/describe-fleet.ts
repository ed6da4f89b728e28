import { type Census, census } from '@varve/aggregator';
import { compileLens, type Lineage } from '@varve/migrations';
import { findLosses } from '@varve/migrations/internal';
import type { Fleet, FleetVersion } from '../api/index.ts';
import type { SessionFile } from '../sources/index.ts';

/** How many problems are listed: their number is told as well. */
const problemLimit = 500;

/** How the archives stand to head, and what an upgrade of them would do. Changes nothing. */
export async function describeFleet(
  where: readonly string[],
  lineage: Lineage,
  files: readonly SessionFile[],
): Promise<Fleet> {
  const counted = await census(where, { lineage });
  const ages = countAges(files);
  const { total, sizeBytes, live, states, problems } = counted;
  const isBehind = (states.behind ?? 0) > 0;
  return {
    ...{ total, sizeBytes, live, states, ages },
    head: lineage.migrations.length,
    versions: counted.versions.map((version) => describeVersion(version, lineage)),
    problems: problems.slice(0, problemLimit),
    problemCount: problems.length,
    command: isBehind ? upgradeCommand(where) : null,
  };
}

function describeVersion(counted: Census['versions'][number], lineage: Lineage): FleetVersion {
  const { version, migration, count, sizeBytes } = counted;
  const lens = compileLens(lineage, version);
  const byStrategy = Map.groupBy(lens.tables, ({ strategy }) => strategy);
  const losses = findLosses(lineage, version);
  return {
    ...{ version, count, sizeBytes },
    migration: migration ?? null,
    strategies: Object.fromEntries([...byStrategy].map(([name, tables]) => [name, tables.length])),
    refusal: lens.refusal ? [lens.refusal.migration, lens.refusal.reason].filter(Boolean).join(': ') : null,
    losses: losses.map(({ migration, kind, what }) => ({ migration, kind, what })),
  };
}

function countAges(files: readonly SessionFile[]): Fleet['ages'] {
  const byMonth = Map.groupBy(files, ({ modifiedAtMs }) => new Date(modifiedAtMs).toISOString().slice(0, 7));
  return [...byMonth]
    .map(([month, them]) => ({
      month,
      count: them.length,
      sizeBytes: them.reduce((sum, it) => sum + it.sizeBytes, 0),
    }))
    .sort((a, b) => (a.month < b.month ? -1 : 1));
}

/** For a shell: the page itself changes no archive. */
function upgradeCommand(where: readonly string[]): string {
  return `varve upgrade ${where.map(quoteWord).join(' ')} --backup originals`;
}

function quoteWord(word: string): string {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
