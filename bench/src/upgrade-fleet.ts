/** Brings a folder to head in a process of its own, so that its peak of memory is its own. Answers as JSON. */
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
const peakBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ upgraded, failed: failed.length, durationMs, peakBytes }));
