/** Records as an adapter does, and ends as it is told to. */
import { LiveSessions } from '../internal.ts';
import { history as lineage } from './history.ts';

const [dir = '', ending = ''] = process.argv.slice(2);
const { decisions, toolCalls } = lineage.tables;
const live = new LiveSessions({ dir, lineage });
const session = live.open('a', () => ({ agentName: 'x' }));
const die = () => process.kill(process.pid, 'SIGKILL');

session?.tryRecord(decisions, { summary: 'told before the call' });
const call = session?.begin(toolCalls, { toolName: 'pay' });
if (ending === 'is killed in a call') die();
call?.end({ result: 'paid' });
if (ending === 'is killed a turn later') await new Promise(setImmediate).then(die);
if (ending === 'exits before the session has ended') process.exit();
live.end('a', 'completed');
if (ending === 'is killed when the session has ended') die();
if (ending === 'exits when the session has ended') process.exit();
if (ending === 'throws when the session has ended') throw new Error('on purpose');
