/** Records by one line what a graph does that knows nothing of it. */
import { AIMessage, HumanMessage } from '@langchain/core/messages';
import { MemorySaver } from '@langchain/langgraph';
import { recordRuns } from '../index.ts';
import { buildApproval } from './approval-graph.ts';

const [dir = ''] = process.argv.slice(2);
recordRuns({ dir });
const graph = buildApproval(new MemorySaver());
const messages = [new HumanMessage('a'), new AIMessage('b'), new HumanMessage('c')];
await Promise.all(['1', '2'].map((thread_id) => graph.invoke({ messages }, { configurable: { thread_id } })));
