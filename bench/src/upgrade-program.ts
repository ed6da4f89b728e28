/** Brings a folder to head in a process of its own, so that its memory is its own. Answers as JSON. */
import { upgradeArchives } from '@varve/aggregator';
import { benchLineage } from './lens-lineage.ts';
import { spentCpuMs } from './spent-cpu.ts';

const [fleet = '', verify] = process.argv.slice(2);
const beforeMs = spentCpuMs();
const { upgraded, failed, durationMs } = await upgradeArchives(fleet, {
  lineage: benchLineage,
  verify: verify === 'full' ? 'full' : 'counts',
  acceptLoss: true,
});
if (failed.length > 0) throw new Error(`not all were upgraded: ${JSON.stringify(failed.slice(0, 3))}`);
// The workers end beside what follows: what they took is known then.
process.on('beforeExit', () =>
  console.log(JSON.stringify({ upgraded, durationMs, cpuMs: spentCpuMs() - beforeMs })),
);
