import { openUnified } from '@varve/aggregator';
import { benchLineage } from './lens-lineage.ts';

/** Unifies a folder in a process of its own, so that its memory is its own. Answers as JSON. */
const [file = '', archives = ''] = process.argv.slice(2);
const startedMs = performance.now();
const unified = await openUnified(file, { lineage: benchLineage, archives });
const durationMs = performance.now() - startedMs;
if (unified.problems.length > 0) throw new Error(unified.problems[0]?.message);
unified.close();
console.log(JSON.stringify({ durationMs }));
