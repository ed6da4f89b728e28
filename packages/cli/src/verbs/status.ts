import { type Census, census } from '@varve/aggregator';
import type { Command } from 'commander';
import { addSelectionOptions, readSelection, type SelectionOptions } from '../command/selection-options.ts';
import { defineVerb } from '../command/verb.ts';
import { formatSize } from '../output/format-size.ts';
import { renderTable } from '../output/render-table.ts';

const barWidth = 30;

export function defineStatus(command: Command): void {
  addSelectionOptions(command);
  defineVerb<SelectionOptions>(command, async (context, args, options) => {
    const archives = await context.findArchives(args);
    const lineage = await context.loadLineage();
    const counted = await census(archives, { lineage, ...readSelection(options) });
    const ledger = lineage.ledger?.table;
    return {
      json: { ...counted, ledger },
      text: () => renderCensus(counted, ledger),
      problems: counted.problems,
    };
  });
}

function renderCensus({ total, sizeBytes, live, versions, states }: Census, ledger?: string): string {
  if (total === 0) return 'no archives';
  const most = Math.max(...versions.map(({ count }) => count));
  const rows = versions.map(({ version, migration, count, sizeBytes }) => [
    String(version),
    migration ?? '(no migration)',
    String(count),
    formatSize(sizeBytes),
    '█'.repeat(Math.ceil((count / most) * barWidth)),
  ]);
  const table = renderTable(
    [
      { title: 'version', align: 'right' },
      { title: 'last migration' },
      { title: 'archives', align: 'right' },
      { title: 'size', align: 'right' },
      { title: '' },
    ],
    rows,
  );
  const counts = Object.entries({ ...states, live }).filter(([, count]) => count > 0);
  const summary = counts.map(([state, count]) => `${count} ${state}`).join(', ');
  const read = ledger
    ? `\nversions read from ${ledger}, else from Drizzle's table; no other table was looked at`
    : '';
  return `${table}\n\narchives: ${total} of ${formatSize(sizeBytes)}${summary && `, ${summary}`}${read}`;
}
