/** Resumes the thread of a graph that waits, in a process of its own; prints the state that it ends with. */
import { Command } from '@langchain/langgraph';
import { VarveSaver } from '../index.ts';
import { buildApproval } from './approval-graph.ts';

const [dir = '', threadId = '', answer = ''] = process.argv.slice(2);
using saver = new VarveSaver({ dir });
const graph = buildApproval(saver);
const config = { configurable: { thread_id: threadId } };
process.stdout.write(JSON.stringify(await graph.invoke(new Command({ resume: answer }), config)));
