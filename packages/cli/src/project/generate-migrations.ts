import { lineageModuleError, writeLineageModule } from './lineage-module.ts';
import { lintProject, type ProjectLint } from './lint-project.ts';
import type { Project } from './load-project.ts';
import { readProjectLineage } from './load-project.ts';
import { adoptedNames, assertNoConflictMarks, lockError, readLock, writeLock } from './lock-file.ts';
import { type Readability, readabilityOf } from './readability.ts';
import { type Rename, renderHints } from './rename.ts';
import { openWorkbench } from './workbench.ts';
import { assertRenamesTook, writeRenames } from './write-renames.ts';

export interface GenerateOptions {
  readonly name: string | undefined;
  /** An empty migration, for SQL by hand. */
  readonly isCustom: boolean;
  readonly renames: readonly Rename[];
  /** Lets drizzle-kit ask at the terminal. */
  readonly isInteractive: boolean;
}

export interface GenerateResult extends ProjectLint {
  /** The names of the new migrations, in their order. */
  readonly made: readonly string[];
  readonly versions: readonly Readability[];
  /** True when the lock and the lineage module are up to date: lint found no error, and no SQL is missing. */
  readonly isLocked: boolean;
}

/**
 * Writes the migrations that the schema needs, and locks them when lint finds no error in them; of migrations that are
 * locked already it says nothing. After a failure of drizzle-kit the folder is as it was.
 *
 * @throws MIGRATIONS_CONFLICT, LOCK_MISMATCH, RENAME_UNCLEAR, RENAME_INVALID, DRIZZLE_KIT_FAILED, and what
 * `lintLineage` throws
 */
export function generateMigrations(project: Project, options: GenerateOptions): GenerateResult {
  assertNoConflictMarks(project);
  const before = readProjectLineage(project);
  const locked = readLock(project);
  const broken = lockError(project, locked, before, false);
  if (broken && locked) throw broken;
  const adopted = locked ? adoptedNames(locked) : new Set(before.migrations.map(({ name }) => name));
  const made = runWorkbench(project, options);
  const lineage = readProjectLineage(project);
  const lint = lintProject(
    project,
    lineage,
    new Set([...adopted, ...(locked ?? []).map(({ name }) => name)]),
  );
  const versions = readabilityOf(lineage);
  const isLocked = lint.problems.length === 0 && !options.isCustom && lineage.migrations.length > 0;
  if (isLocked) {
    writeLock(project, lineage, adopted);
    if (lineageModuleError(project, lineage)) writeLineageModule(project, lineage);
  }
  return { made, versions, isLocked, ...lint };
}

function runWorkbench(
  project: Project,
  { name, isCustom, renames, isInteractive }: GenerateOptions,
): string[] {
  using workbench = openWorkbench(project);
  const named = name === undefined ? [] : ['--name', name];
  const made = renames.length > 0 && !workbench.takesHints ? writeRenames(workbench, renames, name) : [];
  const hints = renames.length > 0 && workbench.takesHints ? ['--hints', renderHints(renames)] : [];
  const custom = isCustom ? ['--custom'] : [];
  made.push(...workbench.generate([...named, ...hints, ...custom], isInteractive));
  assertRenamesTook(readProjectLineage(project, workbench.migrationsDir), renames);
  if (isInteractive && !isCustom) made.push(...workbench.generate(named));
  if (made.length > 0) workbench.publish();
  return made;
}
