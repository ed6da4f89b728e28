import { VarveError } from '@varve/schema';
import { lineageModuleError } from './lineage-module.ts';
import { lintProject, type ProjectLint } from './lint-project.ts';
import { type Project, readProjectLineage } from './load-project.ts';
import { adoptedNames, assertNoConflictMarks, lockError, readLock } from './lock-file.ts';
import { type Readability, readabilityOf } from './readability.ts';
import { openWorkbench } from './workbench.ts';

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
  const { problems, warnings } = lintProject(project, lineage, adoptedNames(locked ?? []));
  const errors = [
    lockError(project, locked, lineage, true),
    lineageModuleError(project, lineage),
    ...drizzleKitErrors(project),
  ].filter((error) => error !== undefined);
  return { problems: [...errors, ...problems], warnings, versions: readabilityOf(lineage) };
}

function drizzleKitErrors(project: Project): (VarveError | undefined)[] {
  using workbench = openWorkbench(project);
  const conflict = errorOf(() => workbench.check());
  return conflict ? [conflict] : [errorOf(() => assertSchemaUnchanged(workbench.generate([])))];
}

function assertSchemaUnchanged(made: readonly string[]): void {
  if (made.length > 0) throw schemaChanged();
}

function schemaChanged(cause?: VarveError): VarveError {
  return new VarveError('SCHEMA_CHANGED', 'the schema has changes that no migration makes', {
    hint: `run varve generate NAME${cause ? '; at a rename, with --rename table.old=new' : ''}`,
    cause,
  });
}

function errorOf(work: () => void): VarveError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof VarveError)) throw error;
    return error.code === 'RENAME_UNCLEAR' ? schemaChanged(error) : error;
  }
}
