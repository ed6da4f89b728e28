import { openUnified } from '@varve/aggregator';
import { benchLineage } from './lens-lineage.ts';
import { readOwnPeak } from './peak-memory.ts';

/** Unifies a folder; prints how long it took, and the memory before it and at most, in bytes. */
const [file = '', archives = ''] = process.argv.slice(2);
const before = process.memoryUsage.rss();
const startedMs = performance.now();
const unified = await openUnified(file, { lineage: benchLineage, archives });
const durationMs = performance.now() - startedMs;
if (unified.problems.length > 0) throw new Error(unified.problems[0]?.message);
unified.close();
console.log(JSON.stringify({ durationMs, before, most: readOwnPeak() }));
