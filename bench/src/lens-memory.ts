import { openArchive } from '@varve/core';
import { benchLineage } from './lens-lineage.ts';
import { readOwnPeak } from './peak-memory.ts';

/** A process that opens one archive, reads one row and tells what it took, on one line. */
const [path = ''] = process.argv.slice(2);
const started = performance.now();
using archive = openArchive(path, { lineage: benchLineage });
archive.sqlite.prepare('SELECT * FROM runs').all();
const firstOpenMs = performance.now() - started;
console.log(JSON.stringify({ firstOpenMs, peakBytes: readOwnPeak() }));
