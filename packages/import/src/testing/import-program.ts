import { importLogs } from '../import-logs.ts';

/** Imports a folder of transcripts, or of another format's logs, and says when it begins. */
const [from = '', into = '', format = 'claude-code'] = process.argv.slice(2);
process.stdout.write('begun\n');
await importLogs(format as 'auto', from, { into, jobs: 1 });
