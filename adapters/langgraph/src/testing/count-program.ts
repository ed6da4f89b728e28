/** Counts in a graph, on and on; says each count that is on the disk before the next step begins. */
import { VarveSaver } from '../index.ts';
import { buildCounter } from './counter-graph.ts';

const [dir = ''] = process.argv.slice(2);
const saver = new VarveSaver({ dir });
const graph = buildCounter(saver, 100_000, (count) => process.stdout.write(`${count}\n`));
const config = { configurable: { thread_id: 't' }, recursionLimit: 100_000, durability: 'sync' as const };
await graph.invoke({ count: 0, untouched: 'u' }, config);
