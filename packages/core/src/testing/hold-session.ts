/**
 * Opens a session, says so, records rows without an end or waits, until it is killed. While it waits it has no
 * reference to the session any more, and its garbage is collected.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openSession } from '../index.ts';
import { history } from './history.ts';

const [path = '', work = 'wait'] = process.argv.slice(2);
const session = openSession(path, { lineage: history });
console.log('open');
if (work === 'record') {
  for (;;) {
    const seq = session.record(history.tables.decisions, { summary: 'x'.repeat(500) });
    // One synchronous write: what was said was recorded before.
    process.stdout.write(`${seq}\n`);
  }
}
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
setInterval(collectGarbage, 50);
