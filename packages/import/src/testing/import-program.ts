import { importLogs } from '../import-logs.ts';

/** Imports a folder of transcripts, and says when it begins. */
const [from = '', into = ''] = process.argv.slice(2);
process.stdout.write('begun\n');
await importLogs('claude-code', from, { into, jobs: 1 });
