import { openUnified, type RefreshReport } from '@varve/aggregator';
import type { Command } from 'commander';
import { defineVerb } from '../verb.ts';

export function addUnify(program: Command): void {
  const command = program
    .command('unify <archives...>')
    .description('build a unified view of archives of any versions, or bring it up to date')
    .requiredOption('--into <file>', 'the SQLite file that holds the view');
  defineVerb<{ into: string }>(command, async (context, archives, { into }) => {
    const lineage = await context.loadLineage();
    using bar = context.openProgressBar('unifying');
    using unified = await openUnified(into, { lineage, archives, onProgress: bar.update });
    const { report } = unified;
    return { json: report, text: () => renderReport(report, into), problems: report.problems };
  });
}

function renderReport({ added, changed, removed, unchanged, problems }: RefreshReport, into: string): string {
  const counts = Object.entries({ added, changed, removed, unchanged, 'left out': problems.length });
  const said = counts.filter(([, count]) => count > 0).map(([what, count]) => `${count} ${what}`);
  return `${into}: ${said.join(', ') || 'no archives'}`;
}
