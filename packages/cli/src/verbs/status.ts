import { relative } from 'node:path';
import { type Census, census } from '@varve/aggregator';
import type { Command } from 'commander';
import {
  addFleetOptions,
  addNewerOption,
  beginWork,
  defineVerb,
  type FleetOptions,
  type NewerOptions,
  readNewer,
} from '../command/index.ts';
import { formatSize, renderTable } from '../output/index.ts';

interface StatusOptions extends FleetOptions, NewerOptions {
  readonly json?: boolean;
}

const barWidth = 30;

export function defineStatus(command: Command): void {
  addNewerOption(command);
  addFleetOptions(command);
  defineVerb<StatusOptions>(command, async (context, args, options) => {
    const archives = await context.findArchives(args);
    const lineage = await context.loadLineage();
    using work = beginWork(options);
    const counted = await census(archives, {
      lineage,
      newer: readNewer(options),
      ...work.options,
      lists: options.json === true,
    });
    const ledger = lineage.ledger?.table;
    return {
      json: { ...counted, ledger },
      text: () => renderCensus(counted, ledger),
      ...work.tell({ ...counted, failed: counted.problems }),
    };
  });
}

function renderCensus(counted: Census, ledger?: string): string {
  const { total, sizeBytes, live, versions, states } = counted;
  if (total === 0) return ['no archives', ...renderBesides(counted)].join('\n');
  const most = Math.max(...versions.map(({ count }) => count));
  const rows = versions.map(({ version, migration, count, sizeBytes }) => [
    String(version),
    migration ?? (version === 0 ? '(no migration)' : '(known to newer code)'),
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
  const archives = `archives: ${total} of ${formatSize(sizeBytes)}${summary && `, ${summary}`}${read}`;
  return [`${table}\n`, archives, ...renderBesides(counted)].join('\n');
}

function renderBesides({ withoutWal, views }: Census): string[] {
  const copies = `${withoutWal} in WAL mode without a WAL: unsealed, and where copied without it, they may lack rows`;
  const named = views.map((path) => `a unified view, not counted: ${relative(process.cwd(), path)}`);
  return [...(withoutWal > 0 ? [copies] : []), ...named];
}
