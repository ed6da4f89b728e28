import { refreshUnified } from '../unified/refresh-unified.ts';
import { lineage } from './fixture-lineage.ts';

/** Refreshes a view and says on its output what is done, until somebody kills it. */
const [file = '', archives = '', jobs = '1'] = process.argv.slice(2);
process.stdout.write('0\n');
await refreshUnified(file, {
  lineage,
  archives,
  jobs: Number(jobs),
  onProgress: ({ done }) => process.stdout.write(`${done}\n`),
});
process.stdout.write('finished\n');
