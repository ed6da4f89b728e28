/** The release of last week: no tables of its own yet. Two customers ask, and both threads wait for a person. */
import { VarveSaver } from '@varve/langgraph';
import { buildRefundGraph, customerSays } from './refund-graph.ts';

const [dir = 'threads'] = process.argv.slice(2);
using checkpointer = new VarveSaver({ dir });
const graph = buildRefundGraph(checkpointer);
await graph.invoke(customerSays('My kettle broke, I want my 40 back.'), {
  configurable: { thread_id: 'ada/kettle' },
});
await graph.invoke(customerSays('Please refund 900.'), { configurable: { thread_id: 'bob/boat' } });
await checkpointer.sealThread('bob/boat');
console.log('last week: two threads wait, one of them sealed');
