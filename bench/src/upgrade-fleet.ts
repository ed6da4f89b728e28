/** Brings a folder to head in a process of its own, so that its memory is its own. Answers as JSON. */
import { upgradeArchives } from '@varve/aggregator';
import { benchLineage } from './lens-lineage.ts';

const [fleet = '', jobs = '1', verify = 'counts'] = process.argv.slice(2);
const startedMs = performance.now();
const { upgraded, failed } = await upgradeArchives(fleet, {
  lineage: benchLineage,
  jobs: Number(jobs),
  verify: verify === 'full' ? 'full' : 'counts',
  acceptLoss: true,
});
const durationMs = performance.now() - startedMs;
console.log(JSON.stringify({ upgraded, failed: failed.slice(0, 3), durationMs }));
