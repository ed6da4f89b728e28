/** Calls a tool that does not come back, and says that it has been called. */
import { createSession } from '../index.ts';
import { history } from './history.ts';

const [dir = ''] = process.argv.slice(2);
const session = createSession(dir, { lineage: history, session: { agentName: 'killed' } });
setInterval(() => {}, 1_000_000);
await session.callTool({ toolName: 'sleep', arguments: { hours: 1 } }, () => {
  process.stdout.write('called\n');
  return new Promise(() => {});
});
