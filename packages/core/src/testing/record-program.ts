/** Creates a session in a folder and records rows without an end; says how many there are after each. */
import { createSession } from '../index.ts';
import { history } from './history.ts';

const [dir = '', durability] = process.argv.slice(2);
const session = createSession(dir, {
  lineage: history,
  session: { agentName: 'killed' },
  durability: durability === 'process' ? 'process' : 'power',
});
for (let count = 1; ; count++) {
  session.record(history.tables.decisions, { summary: `${count} ${'x'.repeat(400)}` });
  process.stdout.write(`${count}\n`);
}
