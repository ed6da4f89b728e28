import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Census, census } from '@varve/aggregator';
import { type Lineage, squashLineage } from '@varve/migrations';
import { squashFolder } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import type { Problem } from '../output/index.ts';
import { writeLineageModule } from './lineage-module.ts';
import { type Project, readProjectLineage } from './load-project.ts';
import { adoptedNames, assertNoConflictMarks, lockError, readLock, writeLock } from './lock-file.ts';
import { openWorkbench } from './workbench.ts';

export interface SquashOptions {
  /** The last migration to fold; the newest that no archive lacks unless given. */
  readonly through: string | undefined;
  readonly isDryRun: boolean;
}

export interface SquashResult {
  /** The migrations that are one baseline now, by name; the baseline has the name of the last. */
  readonly folded: readonly string[];
  /** The migrations that the lineage has now. */
  readonly migrations: number;
  /** How many archives were counted. */
  readonly archives: number;
  /** How many live sessions were counted. */
  readonly live: number;
  /** Golden archives of versions that are no more. */
  readonly goneGolden: readonly string[];
  /** The archives that still need what was to be folded; then nothing was. */
  readonly problems: readonly Problem[];
}

/**
 * Folds the migrations that every archive has had into one baseline: in the folder, its lock and the lineage module.
 *
 * @throws LOCK_MISMATCH, MIGRATIONS_CONFLICT, SCHEMA_CHANGED, SQUASH_REFUSED, USAGE, DRIZZLE_KIT_FAILED; nothing was changed then
 */
export async function squashProject(
  project: Project,
  archives: readonly string[],
  { through, isDryRun }: SquashOptions,
): Promise<SquashResult> {
  assertNoConflictMarks(project);
  const lineage = readProjectLineage(project);
  const locked = readLock(project);
  const unlocked = lockError(project, locked, lineage, true);
  if (unlocked) throw unlocked;
  const counted = await census(archives, { lineage });
  const version = through === undefined ? oldestVersion(counted) : versionOf(lineage, through);
  const names = lineage.migrations.slice(0, version).map(({ name }) => name);
  const problems = findNeeding(counted, lineage, version);
  const { live, total } = counted;
  const told = { archives: total - live, live, migrations: lineage.migrations.length, goneGolden: [] };
  if (problems.length > 0) return { ...told, folded: [], problems };
  const squashed = squashLineage(lineage, version);
  if (!isDryRun) {
    replaceFolder(project, squashed);
    writeLock(project, squashed, adoptedNow(locked ?? [], names));
    writeLineageModule(project, squashed);
  }
  const goneGolden = names.slice(0, -1).map((name) => join('golden', `${name}.db`));
  return {
    ...told,
    folded: names,
    migrations: squashed.migrations.length,
    goneGolden: goneGolden.filter((path) => existsSync(join(project.dir, path))),
    problems,
  };
}

/** A baseline is left alone by lint as soon as one of the migrations in it was. */
function adoptedNow(locked: Parameters<typeof adoptedNames>[0], folded: readonly string[]): Set<string> {
  const adopted = adoptedNames(locked);
  const baseline = folded.at(-1);
  return new Set(baseline && folded.some((name) => adopted.has(name)) ? [...adopted, baseline] : adopted);
}

/** @throws USAGE where there are no archives to go by. */
function oldestVersion({ versions, total }: Census): number {
  if (total > 0) return versions[0]?.version ?? 0;
  throw new VarveError('USAGE', 'there are no archives that tell what may be folded', {
    hint: 'check where the archives are, or say --through NAME',
  });
}

/** @throws USAGE for a name that no migration has. */
function versionOf(lineage: Lineage, name: string): number {
  const at = lineage.migrations.findIndex((migration) => migration.name === name);
  if (at !== -1) return at + 1;
  throw new VarveError('USAGE', `there is no migration ${name}`, {
    hint: `these are there: ${lineage.migrations.map((migration) => migration.name).join(', ')}`,
  });
}

/** The archives that lack one of the first migrations, and those of which nobody can say. */
function findNeeding(counted: Census, lineage: Lineage, version: number): Problem[] {
  const last = lineage.migrations[Math.max(version, 2) - 1]?.name ?? 'the second migration';
  const behind = counted.archives.filter((archive) => (archive.version ?? version) < Math.max(version, 2));
  const needing = behind.map((archive) => ({
    code: 'SQUASH_REFUSED' as const,
    path: archive.path,
    message: `the archive is at version ${archive.version}, before ${last}`,
    hint: 'upgrade it with varve upgrade, or fold fewer migrations with --through NAME',
  }));
  return [...counted.problems, ...needing];
}

function replaceFolder(project: Project, squashed: Lineage): void {
  using workbench = openWorkbench(project);
  squashFolder(workbench.migrationsDir, squashed);
  workbench.assertSchemaUnchanged();
  workbench.publish();
}
