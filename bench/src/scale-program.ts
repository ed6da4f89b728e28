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

const work: Record<string, () => Promise<{ done: number; failed?: readonly { message: string }[] }>> = {
  async view() {
    const unified = await openUnified(`${into}-${index}.db`, { lineage, archives, shard, jobs: 1 });
    unified.close();
    return { done: unified.report.added };
  },
  async parquet() {
    const { archives: done, failed } = await exportArchives(archives, { lineage, into, shard });
    return { done, failed };
  },
  postgres: () => load(),
  clickhouse: () => load(),
  async manifest() {
    const { read, failed } = await writeManifest(archives, { lineage, into: `${into}-${index}.db`, shard });
    return { done: read, failed };
  },
  async push() {
    const { pushed, failed } = await pushArchives(archives, { into, shard, keep: true });
    return { done: pushed, failed };
  },
  async upgrade() {
    const options = { lineage, shard, jobs: 0, backupDir: into };
    const { upgraded, current, failed } = await upgradeArchives(archives, options);
    return { done: upgraded + current, failed };
  },
};

async function load() {
  const { loaded, failed } = await loadArchives(archives, into, { lineage, shard });
  return { done: loaded, failed };
}

const startedAt = performance.now();
const cpu = process.cpuUsage();
const { done = 0, failed = [] } = (await work[sink]?.()) ?? {};
if (failed[0]) throw failed[0];
const { user, system } = process.cpuUsage(cpu);
const answer: ScaleAnswer = {
  done,
  durationMs: performance.now() - startedAt,
  cpuMs: (user + system) / 1000,
  peakBytes: readOwnPeak(),
};
console.log(JSON.stringify(answer));
