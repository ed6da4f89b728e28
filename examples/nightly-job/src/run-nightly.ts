import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lineage } from '@acme/agent-state';
import { openUnified } from '@varve/aggregator';
import { recoverSessions } from '@varve/core';
import { askTools, askTopics, countArchives } from './questions.ts';
import { renderCsv } from './render-csv.ts';

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
}

/** Seals what crashed, brings the unified view up to date, and writes `report.json` and `topics.csv`. */
export async function runNightly({ live, archives, reports }: NightlyOptions): Promise<NightlyReport> {
  mkdirSync(reports, { recursive: true });
  const { sealed, failed } = recoverSessions(live, { lineage, archiveDir: archives });
  using unified = await openUnified(join(reports, 'unified.db'), { lineage, archives });
  const report: NightlyReport = {
    recovered: sealed.length,
    archives: countArchives(unified),
    problems: [
      ...failed.map(({ path, error }) => ({ path, code: error.code })),
      ...unified.problems.map(({ path, code }) => ({ path, code })),
    ],
    topics: askTopics(unified),
    tools: askTools(unified),
  };
  writeFileSync(join(reports, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(reports, 'topics.csv'), renderCsv(report.topics));
  return report;
}
