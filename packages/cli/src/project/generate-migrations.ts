import { readFileSync } from 'node:fs';
import { type LockedMigration, migrationFile } from '@varve/migrations/internal';
import { checkTypes, readProjectTypes } from './check-types.ts';
import { lockedType } from './column-types.ts';
import { lineageModuleError, writeLineageModule } from './lineage-module.ts';
import { lintProject, type ProjectLint } from './lint-project.ts';
import type { Project } from './load-project.ts';
import { readProjectLineage } from './load-project.ts';
import {
  adoptedNames,
  assertNoConflictMarks,
  lockError,
  readLock,
  readLockedTypes,
  writeLock,
} from './lock-file.ts';
import { type MakeOptions, makeMigrations } from './make-migrations.ts';
import { type Readability, readabilityOf } from './readability.ts';

export interface GenerateResult extends Omit<ProjectLint, 'told'> {
  /** The new migrations, in their order. */
  readonly made: readonly MadeMigration[];
  readonly versions: readonly Readability[];
  /** True when the lock and the lineage module are up to date: lint found no error, and no SQL is missing. */
  readonly isLocked: boolean;
  /** What is in the lock now and was not before. */
  readonly locked: readonly LockedMigration[];
}

export interface MadeMigration {
  readonly name: string;
  readonly sql: string;
}

/**
 * Writes the migrations that the schema needs, and locks them when lint finds no error in them; of migrations that are
 * locked already it says nothing. After a failure of drizzle-kit the folder is as it was.
 *
 * @throws MIGRATIONS_CONFLICT, LOCK_MISMATCH, RENAME_UNCLEAR, RENAME_INVALID, DRIZZLE_KIT_FAILED, and what
 * `lintLineage` throws
 */
export async function generateMigrations(project: Project, options: MakeOptions): Promise<GenerateResult> {
  assertNoConflictMarks(project);
  const before = readProjectLineage(project);
  const locked = readLock(project);
  const broken = lockError(project, locked, before, false);
  if (broken && locked) throw broken;
  const adopted = locked ? adoptedNames(locked) : new Set(before.migrations.map(({ name }) => name));
  const made = await makeMigrations(project, options);
  const lineage = readProjectLineage(project);
  const types = await readProjectTypes(project, lineage);
  const known = new Set((locked ?? []).map(({ name }) => name));
  const lint = lintProject(project, lineage, new Set([...adopted, ...known]));
  const narrowed = checkTypes(project, lineage, {
    types,
    locked: readLockedTypes(project),
    version: known.size,
  });
  const problems = [...lint.problems, ...narrowed.problems];
  const warnings = [...lint.warnings, ...narrowed.warnings];
  const versions = readabilityOf(lineage);
  const isLocked = problems.length === 0 && !options.isCustom && lineage.migrations.length > 0;
  if (isLocked) {
    writeLock(project, lineage, adopted, types?.map(lockedType));
    if (lineageModuleError(project, lineage)) writeLineageModule(project, lineage);
  }
  return {
    made: made.map((name) => ({
      name,
      sql: readFileSync(migrationFile(project.migrationsDir, name), 'utf8'),
    })),
    versions,
    isLocked,
    locked: isLocked ? (readLock(project) ?? []).filter(({ name }) => !known.has(name)) : [],
    problems,
    warnings,
  };
}
