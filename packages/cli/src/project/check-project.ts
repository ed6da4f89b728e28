import { join } from 'node:path';
import type { Lineage } from '@varve/migrations';
import { lockFileName } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import { readProjectTypes } from './check-types.ts';
import { lockedType } from './column-types.ts';
import { findFork } from './find-fork.ts';
import { lineageModuleError } from './lineage-module.ts';
import { lintProject, type ProjectLint } from './lint-project.ts';
import { type Project, readProjectLineage } from './load-project.ts';
import { adoptedNames, assertNoConflictMarks, lockError, readLock, readLockedTypes } from './lock-file.ts';
import { type Readability, readabilityOf } from './readability.ts';
import { migrationsConflict, openWorkbench } from './workbench.ts';

export interface CheckResult extends ProjectLint {
  readonly versions: readonly Readability[];
}

/**
 * What would keep a project's migrations from being merged, all of it. Writes nothing that stays.
 *
 * @throws MIGRATIONS_CONFLICT while a merge is unresolved, and what keeps the migrations from being read or run
 */
export async function checkProject(project: Project): Promise<CheckResult> {
  assertNoConflictMarks(project);
  const lineage = readProjectLineage(project);
  const locked = readLock(project);
  const adopted = adoptedNames(locked ?? []);
  const names = new Set((locked ?? []).map(({ name }) => name));
  const lint = lintProject(project, lineage, adopted, names);
  const errors = [
    lockError(project, locked, lineage, true) ?? (await typesError(project, lineage)),
    lineageModuleError(project, lineage),
    drizzleKitError(project) ?? forkError(project, lineage, adopted),
  ].filter((error) => error !== undefined);
  return { ...lint, problems: [...errors, ...lint.problems], versions: readabilityOf(lineage) };
}

/** Nothing where the lock knows of no types: it was written before there were any, or somebody took them out. */
async function typesError(project: Project, lineage: Lineage): Promise<VarveError | undefined> {
  const locked = readLockedTypes(project);
  const types = locked ? await readProjectTypes(project, lineage) : undefined;
  if (!locked || !types) return undefined;
  const now = new Map(types.map(lockedType).map(({ name, text }) => [name, text]));
  const was = new Map(locked.map(({ name, text }) => [name, text]));
  const changed = [...new Set([...was.keys(), ...now.keys()])].filter(
    (name) => was.get(name) !== now.get(name),
  );
  if (changed.length === 0) return undefined;
  const message = `the schema takes other values than the lock says, in ${changed.join(', ')}`;
  return new VarveError('LOCK_MISMATCH', message, {
    path: join(project.migrationsDir, lockFileName),
    hint: 'run varve generate, which tells whether old rows may break, and commit what it writes',
  });
}

/** `drizzle-kit generate` looks at all that `drizzle-kit check` does, and at the schema. */
function drizzleKitError(project: Project): VarveError | undefined {
  using workbench = openWorkbench(project);
  try {
    workbench.assertSchemaUnchanged();
    return undefined;
  } catch (error) {
    if (error instanceof VarveError) return error;
    throw error;
  }
}

function forkError(project: Project, lineage: Lineage, adopted: ReadonlySet<string>): VarveError | undefined {
  const fork = findFork(project, lineage, adopted);
  return fork && migrationsConflict(project.migrationsDir, fork, `${fork.join(' and ')} follow the same one`);
}
