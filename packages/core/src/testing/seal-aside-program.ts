/** As seal-program, but sealed as adapters seal: many at once, off the event loop. */
import { LiveSessions } from '../internal.ts';
import { history as lineage } from './history.ts';

const [dir = '', archiveDir = ''] = process.argv.slice(2);
const live = new LiveSessions({ dir, archiveDir, lineage });
for (let count = 1; ; count += 3) {
  const ids = [count, count + 1, count + 2].map((at) => [`s${at}`, at % 7] as const);
  for (const [id, rows] of ids) {
    const session = live.open(id, () => ({ id, agentName: 'killed' }));
    for (let row = 0; row < rows; row++) session?.tryRecord(lineage.tables.decisions, { summary: 'kept' });
    live.end(id, 'completed');
    process.stdout.write(`${id} ${rows}\n`);
  }
  await live.flush();
  for (const [id] of ids) process.stdout.write(`${id}\n`);
}
