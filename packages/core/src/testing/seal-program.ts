/** Creates, fills and seals sessions without an end; says `id rows` before each is sealed, and `id` after it. */
import { createSession } from '../index.ts';
import { history } from './history.ts';

const [dir = '', archiveDir = ''] = process.argv.slice(2);
for (let count = 1; ; count++) {
  const session = createSession(dir, { lineage: history, session: { id: `s${count}`, agentName: 'killed' } });
  for (let row = 0; row < count % 7; row++) session.record(history.tables.decisions, { summary: 'kept' });
  process.stdout.write(`s${count} ${count % 7}\n`);
  session.seal(archiveDir);
  process.stdout.write(`s${count}\n`);
}
