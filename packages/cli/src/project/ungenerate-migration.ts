import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { census } from '@varve/aggregator';
import type { Lineage } from '@varve/migrations';
import { type LockedMigration, migrationFile, removeMigrations } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import type { Problem } from '../output/index.ts';
import { findMerged } from './find-merged.ts';
import { writeLineageModule } from './lineage-module.ts';
import { type Project, readProjectLineage } from './load-project.ts';
import { adoptedNames, assertNoConflictMarks, readLock, writeLock } from './lock-file.ts';
import { openWorkbench } from './workbench.ts';

export interface UngenerateResult {
  /** The migration that was taken back; undefined where it was not. */
  readonly taken: string | undefined;
  readonly sql: string;
  /** The files that have had it, and those of which nobody can say. */
  readonly problems: readonly Problem[];
  /** How many files were looked at, golden archives included. */
  readonly files: number;
}

/**
 * Takes the last migration back: out of the folder, its lock and the lineage module. The schema stays as it is.
 *
 * @throws UNGENERATE_REFUSED for one that is on another branch or was there before varve, MIGRATIONS_CONFLICT
 */
export async function ungenerateMigration(
  project: Project,
  archives: readonly string[],
): Promise<UngenerateResult> {
  assertNoConflictMarks(project);
  const lineage = readProjectLineage(project);
  const locked = readLock(project) ?? [];
  const last = lineage.migrations.at(-1);
  if (!last) throw refused('there is no migration', project.migrationsDir);
  assertOurs(project, last.name, locked);
  const known = [...archives, ...goldenArchives(project)];
  const counted = await census(known, { lineage });
  const having = counted.archives.filter(({ version }) => version === lineage.migrations.length);
  const problems = [...counted.problems, ...having.map(({ path }) => appliedProblem(path, last.name))];
  const told = { sql: last.sql, files: counted.total };
  if (problems.length > 0) return { ...told, taken: undefined, problems };
  takeBack(project, lineage, last.name, locked);
  return { ...told, taken: last.name, problems };
}

function takeBack(
  project: Project,
  lineage: Lineage,
  name: string,
  locked: readonly LockedMigration[],
): void {
  using workbench = openWorkbench(project);
  removeMigrations(workbench.migrationsDir, [name]);
  workbench.publish();
  const rest = { ...lineage, migrations: lineage.migrations.slice(0, -1) };
  if (locked.some((it) => it.name === name)) writeLock(project, rest, adoptedNames(locked));
  if (project.lineageModule && existsSync(project.lineageModule)) writeLineageModule(project, rest);
}

function assertOurs(project: Project, name: string, locked: readonly LockedMigration[]): void {
  const path = migrationFile(project.migrationsDir, name);
  if (adoptedNames(locked).has(name)) throw refused('it was there before varve', path);
  const branch = findMerged(path);
  if (branch !== undefined) throw refused(`it is in ${branch}`, path);
}

function goldenArchives({ dir }: Project): string[] {
  return globSync('golden/*.db', { cwd: dir }).map((path) => join(dir, path));
}

function refused(reason: string, path: string): VarveError {
  return new VarveError('UNGENERATE_REFUSED', `the last migration cannot be taken back: ${reason}`, {
    path,
    hint: 'change the schema back, and varve generate a migration that undoes it',
  });
}

function appliedProblem(path: string, name: string): Problem {
  return {
    code: 'UNGENERATE_REFUSED',
    path,
    message: `the file has had ${name}`,
    hint: 'remove the file if nobody needs it; else change the schema back, and generate a migration that undoes it',
  };
}
