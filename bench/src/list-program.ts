import { newNotes, streamCandidates } from '@varve/aggregator/internal';
import { readOwnPeak } from './peak-memory.ts';

/** Lists a bucket in a process of its own. Answers as JSON. */
const startedAt = performance.now();
const notes = newNotes();
let count = 0;
for await (const _ of streamCandidates('s3://bucket/fleet', notes)) count += 1;
if (notes.problems.length > 0) throw notes.problems[0];
console.log(JSON.stringify({ count, durationMs: performance.now() - startedAt, peakBytes: readOwnPeak() }));
