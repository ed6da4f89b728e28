import { census } from '@varve/aggregator';
import pc from 'picocolors';
import { lineage } from '../lineage.ts';
import type { Screen } from './screen.ts';

const barWidth = 32;

/** How many archives stand at which version, as a bar chart; returns the version of each bar. */
export function showCensus(screen: Screen, archiveDir: string): number[] {
  const { total, sizeBytes, versions, problems } = census(archiveDir, { lineage });
  const most = Math.max(...versions.map(({ count }) => count));
  const rows = versions.map(({ version, migration, count }) => [
    version,
    migration?.replace(/^\d+_/, '') ?? '',
    count,
    pc.cyan('█'.repeat(Math.ceil((count / most) * barWidth))),
  ]);
  screen.table(['version', 'last migration', 'archives', ''], rows);
  screen.note(`${total} archives, ${(sizeBytes / 1e6).toFixed(1)} MB, ${problems.length} problems`);
  return versions.map(({ version }) => version);
}
