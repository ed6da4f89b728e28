import {
  exportArchives,
  loadArchives,
  openUnified,
  pushArchives,
  upgradeArchives,
  writeManifest,
} from '@varve/aggregator';
import { benchLineage as lineage } from './lens-lineage.ts';
import { readOwnPeak } from './peak-memory.ts';

export interface ScaleAnswer {
  readonly done: number;
  readonly durationMs: number;
  /** Of this process: what a server does is its own. */
  readonly cpuMs: number;
  readonly peakBytes: number;
}

/** One worker of several: does its part of a fleet. Answers as JSON. */
const [sink = '', archives = '', into = '', part = '1/1'] = process.argv.slice(2);
const [index = 1, count = 1] = part.split('/').map(Number);
const shard = { index, count };

const work: Record<string, () => Promise<number>> = {
  async view() {
    const unified = await openUnified(`${into}-${index}.db`, { lineage, archives, shard, jobs: 1 });
    unified.close();
    return unified.report.added;
  },
  parquet: async () => (await exportArchives(archives, { lineage, into, shard })).archives,
  postgres: async () => (await loadArchives(archives, into, { lineage, shard })).loaded,
  clickhouse: async () => (await loadArchives(archives, into, { lineage, shard })).loaded,
  manifest: async () => (await writeManifest(archives, { lineage, into: `${into}-${index}.db`, shard })).read,
  push: async () => (await pushArchives(archives, { into, shard, keep: true })).pushed,
  upgrade: async () =>
    (await upgradeArchives(archives, { lineage, shard, jobs: 0, backupDir: into })).upgraded,
};

const startedAt = performance.now();
const cpu = process.cpuUsage();
const done = (await work[sink]?.()) ?? 0;
const { user, system } = process.cpuUsage(cpu);
const answer: ScaleAnswer = {
  done,
  durationMs: performance.now() - startedAt,
  cpuMs: (user + system) / 1000,
  peakBytes: readOwnPeak(),
};
console.log(JSON.stringify(answer));
