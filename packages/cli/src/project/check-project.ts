import type { Lineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import { findFork } from './find-fork.ts';
import { lineageModuleError } from './lineage-module.ts';
import { lintProject, type ProjectLint } from './lint-project.ts';
import { type Project, readProjectLineage } from './load-project.ts';
import { adoptedNames, assertNoConflictMarks, lockError, readLock } from './lock-file.ts';
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
export function checkProject(project: Project): CheckResult {
  assertNoConflictMarks(project);
  const lineage = readProjectLineage(project);
  const locked = readLock(project);
  const adopted = adoptedNames(locked ?? []);
  const names = new Set((locked ?? []).map(({ name }) => name));
  const lint = lintProject(project, lineage, adopted, names);
  const errors = [
    lockError(project, locked, lineage, true),
    lineageModuleError(project, lineage),
    drizzleKitError(project) ?? forkError(project, lineage, adopted),
  ].filter((error) => error !== undefined);
  return { ...lint, problems: [...errors, ...lint.problems], versions: readabilityOf(lineage) };
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
