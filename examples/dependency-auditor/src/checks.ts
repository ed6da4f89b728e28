import type { findings, licences, packages } from './schema.ts';
import { checkDependencies } from './tools/check-dependencies.ts';
import { findDeepImports } from './tools/find-deep-imports.ts';
import { readReadme } from './tools/read-readme.ts';
import { resolveEntryPoints } from './tools/resolve-entry-points.ts';

export type Problem = Pick<typeof findings.$inferInsert, 'rule' | 'severity' | 'message'>;

/** What is known about a package before the checks are chosen. */
export interface Evidence {
  readonly audited: typeof packages.$inferSelect & {
    readonly licence: typeof licences.$inferSelect | null;
  };
  /** Unknown where an older service began the audit. */
  readonly countByExtension: Readonly<Record<string, number>> | undefined;
}

/** Calls a tool on the package; undefined when the tool failed. */
export type CallTool = <T>(name: string, tool: (folder: string) => T | Promise<T>) => Promise<T | undefined>;

export interface Check {
  readonly name: string;
  /** Why the check is pointless for this package; undefined when it applies. */
  skipReason(evidence: Evidence): string | undefined;
  findProblems(callTool: CallTool): Promise<Problem[]>;
}

const needsManifest = ({ audited }: Evidence) => (audited.name ? undefined : 'no manifest to hold it to');

const needsJavaScript = ({ countByExtension: count }: Evidence) =>
  !count || count['.js'] || count['.mjs'] || count['.cjs'] ? undefined : 'the package ships no JavaScript';

export const checks: readonly Check[] = [
  {
    name: 'entry points',
    skipReason: (evidence) => needsManifest(evidence) ?? needsJavaScript(evidence),
    async findProblems(callTool) {
      const found = await callTool('resolve_entry_points', resolveEntryPoints);
      return found ? [] : [{ rule: 'entry', severity: 'warning', message: 'an entry point is missing' }];
    },
  },
  {
    name: 'deep imports',
    skipReason: needsJavaScript,
    async findProblems(callTool) {
      const { deepImports = [] } = (await callTool('find_deep_imports', findDeepImports)) ?? {};
      return deepImports.map((specifier) => ({ rule: 'deep-import', severity: 'info', message: specifier }));
    },
  },
  {
    name: 'dependencies',
    skipReason: needsManifest,
    async findProblems(callTool) {
      const { missing = [] } = (await callTool('check_dependencies', checkDependencies)) ?? {};
      return missing.map((name) => ({ rule: 'dependency', severity: 'critical', message: `lacks ${name}` }));
    },
  },
  {
    name: 'readme',
    skipReason: needsManifest,
    async findProblems(callTool) {
      const readme = await callTool('read_readme', readReadme);
      return readme ? [] : [{ rule: 'readme', severity: 'info', message: 'nobody explains it' }];
    },
  },
];

/** What needs no choosing: what the facts alone say against a package. */
export function problemsOfFacts({ audited }: Evidence, shipped: string | undefined): Problem[] {
  const declared = audited.licence?.declared;
  const problems: Problem[] = [];
  const report = (rule: string, severity: Problem['severity'], message: string) =>
    problems.push({ rule, severity, message });
  if (!audited.name) report('manifest', 'critical', 'no readable manifest');
  if (!shipped) report('licence', 'warning', 'no licence text that we know');
  else if (!declared?.includes(shipped))
    report('licence', 'warning', `ships ${shipped}, declares ${declared}`);
  if (declared?.includes('GPL')) report('licence', 'critical', `${declared} asks for more than we give`);
  if (audited.hasInstallScript) report('install-script', 'critical', 'runs commands on install');
  return problems;
}
