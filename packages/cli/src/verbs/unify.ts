import { openUnified, type RefreshReport } from '@varve/aggregator';
import type { Command } from 'commander';
import {
  addFleetOptions,
  addNewerOption,
  beginWork,
  defineVerb,
  type FleetOptions,
  type NewerOptions,
  parseJobs,
  readNewer,
} from '../command/index.ts';
import { countOf, renderTable } from '../output/index.ts';

interface UnifyVerbOptions extends FleetOptions, NewerOptions {
  readonly into: string;
  readonly jobs?: number;
  readonly keepGone?: boolean;
  readonly search?: boolean;
}

/** What the view holds of the archives of one version. */
interface UnifiedVersion {
  readonly version: number;
  readonly archives: number;
  readonly rows: number;
}

const versionsSql = `SELECT version, count(*) AS archives, sum(rows) AS rows FROM _archives
  WHERE state IN ('unified', 'gone') GROUP BY version ORDER BY version`;

export function defineUnify(command: Command): void {
  command
    .requiredOption('--into <file>', 'the SQLite file that holds the view')
    .option('--search', 'index all texts for varve search, from now on')
    .option('--jobs <n>', 'processes that read new archives (default: one a core, four at most)', parseJobs)
    .option('--keep-gone', 'keep the rows of archives that are no longer there, and mark them');
  addNewerOption(command);
  addFleetOptions(command);
  defineVerb<UnifyVerbOptions>(command, async (context, args, given) => {
    const { into, jobs, keepGone, search = false } = given;
    const archives = await context.findArchives(args);
    const lineage = await context.loadLineage();
    using bar = context.openProgressBar('unifying');
    const gone = keepGone ? 'keep' : 'remove';
    const startedMs = performance.now();
    using work = beginWork(given);
    const options = {
      lineage,
      archives,
      gone,
      search,
      newer: readNewer(given),
      ...work.options,
      ...(jobs !== undefined && { jobs }),
    } as const;
    using unified = await openUnified(into, { ...options, onProgress: bar.update });
    const seconds = (performance.now() - startedMs) / 1000;
    const versions = unified.sqlite.prepare<[], UnifiedVersion>(versionsSql).all();
    const { report } = unified;
    return {
      json: { ...report, versions, seconds },
      text: () => [`${into}: ${renderReport(report, seconds)}`, ...renderVersions(versions)].join('\n'),
      ...work.tell({ ...report, failed: report.problems, failures: report.problems.length }),
    };
  });
}

function renderReport(report: RefreshReport, seconds: number): string {
  const { failed, removed, unchanged, duplicates, clashes, problems } = report;
  const [added, changed] = [report.added - failed.added, report.changed - failed.changed];
  const counts = Object.entries({
    added,
    changed,
    removed,
    unchanged,
    'of a session that another one holds': duplicates.length,
    'left out': problems.length,
  });
  const said = counts.filter(([, count]) => count > 0).map(([what, count]) => `${count} ${what}`);
  if (clashes.length > 0) said.push(`${countOf(clashes.length, 'session')} with contradicting archives`);
  const read = report.added + report.changed;
  const pace = read > 0 ? `; ${Math.round(read / seconds)} archives/s` : '';
  return `${said.join(', ') || 'no archives'}; ${seconds.toFixed(1)} s${pace}`;
}

function renderVersions(versions: readonly UnifiedVersion[]): string[] {
  if (versions.length === 0) return [];
  const columns = ['version', 'archives', 'rows'].map((title) => ({ title, align: 'right' }) as const);
  const rows = versions.map(({ version, archives, rows }) => [version, archives, rows].map(String));
  return [renderTable(columns, rows)];
}
