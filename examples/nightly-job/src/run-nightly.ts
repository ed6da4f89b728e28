import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lineage } from '@acme/agent-state';
import { exportUnified, openUnified } from '@varve/aggregator';
import { recoverSessions } from '@varve/core';
import { askTools, askTopics, countArchives } from './questions.ts';

export interface NightlyOptions {
  /** Where services keep their live sessions. */
  readonly live: string;
  readonly archives: string;
  readonly reports: string;
}

export interface NightlyReport {
  /** How many sessions a crash had left, sealed now. */
  readonly recovered: number;
  /** How many archives are in the report. */
  readonly archives: number;
  /** What is missing from it: each file with its code. */
  readonly problems: readonly { readonly path: string; readonly code: string }[];
  readonly topics: ReturnType<typeof askTopics>;
  readonly tools: ReturnType<typeof askTools>;
  /** How many Parquet files were written: those of days whose archives changed. */
  readonly exported: number;
}

/**
 * Seals what crashed, brings the unified view up to date, and writes `report.json`, and `parquet/` for the analysts: each
 * table, a folder a day. Of both only what is new is done.
 */
export async function runNightly({ live, archives, reports }: NightlyOptions): Promise<NightlyReport> {
  mkdirSync(reports, { recursive: true });
  const { sealed, failed } = recoverSessions(live, { lineage, archiveDir: archives });
  const view = join(reports, 'unified.db');
  using unified = await openUnified(view, { lineage, archives });
  const into = join(reports, 'parquet');
  const { written } = exportUnified(view, { lineage, format: 'parquet', into, partitionBy: 'day' });
  const report: NightlyReport = {
    recovered: sealed.length,
    archives: countArchives(unified),
    problems: [
      ...failed.map(({ path, error }) => ({ path, code: error.code })),
      ...unified.problems.map(({ path, code }) => ({ path, code })),
    ],
    topics: askTopics(unified),
    tools: askTools(unified),
    exported: written.length,
  };
  writeFileSync(join(reports, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  return report;
}
