/**
 * For each line `path atMs` of its input: opens the session at that moment, records one row and closes it; answers
 * `ok`, or the code of the error.
 */
import { createInterface } from 'node:readline';
import { VarveError } from '@varve/schema';
import { openSession } from '../index.ts';
import { history } from './history.ts';

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [path = '', atMs = '0'] = line.split(' ');
  while (Date.now() < Number(atMs));
  console.log(openOnce(path));
}

function openOnce(path: string): string {
  try {
    using session = openSession(path, { lineage: history });
    session.record(history.tables.decisions, { summary: 'from one of two' });
    return 'ok';
  } catch (error) {
    return error instanceof VarveError ? error.code : String(error);
  }
}
