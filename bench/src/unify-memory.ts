import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openUnified } from '@varve/aggregator';
import { benchLineage } from './lens-lineage.ts';

/** Unifies a folder, and prints how long it took, the memory before it, and the most it took meanwhile, in bytes. */
const [file = '', archives = ''] = process.argv.slice(2);
setFlagsFromString('--expose-gc');
// What loading the modules has left is not what unifying takes.
runInNewContext('gc')();
const before = process.memoryUsage.rss();
let most = before;
const onProgress = () => {
  most = Math.max(most, process.memoryUsage.rss());
};
const startedMs = performance.now();
const unified = await openUnified(file, { lineage: benchLineage, archives, onProgress });
const durationMs = performance.now() - startedMs;
onProgress();
if (unified.problems.length > 0) throw new Error(unified.problems[0]?.message);
unified.close();
console.log(JSON.stringify({ durationMs, before, most }));
