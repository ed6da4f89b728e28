import { relative } from 'node:path';
import { type Lineage, type LintFinding, lintLineage } from '@varve/migrations';
import { migrationFile } from '@varve/migrations/internal';
import type { Problem } from '../output/index.ts';
import type { Project } from './load-project.ts';

/** Lint's findings as the command reports them: errors are problems, warnings are lines of the result. */
export interface ProjectLint {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

export function lintProject(project: Project, lineage: Lineage, adopted: ReadonlySet<string>): ProjectLint {
  const findings = lintLineage(lineage, adopted);
  const reported = (severity: LintFinding['severity']) =>
    findings.filter((finding) => finding.severity === severity).map((finding) => reportOf(finding, project));
  return { problems: reported('error'), warnings: reported('warning') };
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
