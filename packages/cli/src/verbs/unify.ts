import { openUnified, type RefreshReport } from '@varve/aggregator';
import type { Command } from 'commander';
import { defineVerb } from '../verb.ts';

interface UnifyVerbOptions {
  readonly into: string;
  readonly keepGone?: boolean;
  readonly search?: boolean;
}

export function addUnify(program: Command): void {
  const command = program
    .command('unify <archives...>')
    .description('build a unified view of archives of any versions, or bring it up to date')
    .requiredOption('--into <file>', 'the SQLite file that holds the view')
    .option('--search', 'index all texts for varve search, from now on')
    .option('--keep-gone', 'keep the rows of archives that are no longer there, and mark them');
  defineVerb<UnifyVerbOptions>(command, async (context, archives, { into, keepGone, search = false }) => {
    const lineage = await context.loadLineage();
    using bar = context.openProgressBar('unifying');
    const gone = keepGone ? 'keep' : 'remove';
    using unified = await openUnified(into, { lineage, archives, gone, search, onProgress: bar.update });
    const { report } = unified;
    return { json: report, text: () => renderReport(report, into), problems: report.problems };
  });
}

function renderReport(report: RefreshReport, into: string): string {
  const { added, changed, removed, unchanged, duplicates, problems } = report;
  const counts = Object.entries({
    added,
    changed,
    removed,
    unchanged,
    'of a session that a newer one holds': duplicates.length,
    'left out': problems.length,
  });
  const said = counts.filter(([, count]) => count > 0).map(([what, count]) => `${count} ${what}`);
  return `${into}: ${said.join(', ') || 'no archives'}`;
}
