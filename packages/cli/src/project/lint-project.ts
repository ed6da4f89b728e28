import { relative } from 'node:path';
import { type Lineage, type LintFinding, lintLineage } from '@varve/migrations';
import { migrationFile, snapshotFile } from '@varve/migrations/internal';
import type { Problem } from '../output/index.ts';
import type { Project } from './load-project.ts';
import { readSnapshot } from './read-snapshot.ts';

/** Lint's findings as the command reports them: errors are problems, warnings are lines of the result. */
export interface ProjectLint {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** The warnings about migrations that are locked: they were told when these were generated. */
  readonly told: readonly Problem[];
}

export function lintProject(
  project: Project,
  lineage: Lineage,
  adopted: ReadonlySet<string>,
  locked: ReadonlySet<string> = new Set(),
): ProjectLint {
  const findings = lintLineage(lineage, adopted, intendedReferences(project, lineage, adopted));
  const {
    error = [],
    warning = [],
    told = [],
  } = Object.groupBy(findings, ({ severity, migration }) =>
    severity === 'warning' && locked.has(migration) ? 'told' : severity,
  );
  const reported = (some: readonly LintFinding[]) => some.map((finding) => reportOf(finding, project));
  return { problems: reported(error), warnings: reported(warning), told: reported(told) };
}

/** Of migrations that lint says nothing about, none is read. */
function intendedReferences({ migrationsDir }: Project, lineage: Lineage, adopted: ReadonlySet<string>) {
  const names = lineage.migrations.map(({ name }) => name).filter((name) => !adopted.has(name));
  const snapshots = names.map((name) => [name, readSnapshot(snapshotFile(migrationsDir, name))] as const);
  return new Map(snapshots.map(([name, snapshot]) => [name, snapshot?.references ?? []]));
}

function reportOf(
  { rule, migration, line, message, hint }: LintFinding,
  { migrationsDir }: Project,
): Problem {
  const path = relative(process.cwd(), migrationFile(migrationsDir, migration));
  return { code: rule, path: `${path}:${line}`, message, hint };
}

export function renderWarnings(warnings: readonly Problem[]): string[] {
  return warnings.map(
    ({ code, path, message, hint }) => `warning[${code}]: ${path}: ${message}\n  hint: ${hint}`,
  );
}
