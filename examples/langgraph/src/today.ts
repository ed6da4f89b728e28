/** Today's release, with a table for the auditors: goes on with the threads of last week, sealed ones too. */
import { Command } from '@langchain/langgraph';
import { VarveSaver } from '@varve/langgraph';
import { lineage } from './lineage.ts';
import { buildRefundGraph } from './refund-graph.ts';

const [dir = 'threads'] = process.argv.slice(2);
using checkpointer = new VarveSaver({ dir, lineage });
const graph = buildRefundGraph(checkpointer);
const waiting = new Set<string>();
for await (const { config } of checkpointer.list({})) waiting.add(config.configurable?.thread_id);

for (const threadId of [...waiting].sort()) {
  const config = { configurable: { thread_id: threadId } };
  const { tasks, values } = await graph.getState(config);
  console.log(`today: ${threadId} asks: ${tasks[0]?.interrupts[0]?.value}`);
  const answer = values.amount < 100 ? 'yes' : 'no';
  await checkpointer.onThread(threadId, (thread) => {
    thread.record(lineage.tables.approvals, { approvedBy: 'carla', answer, amount: values.amount });
  });
  const { messages } = await graph.invoke(new Command({ resume: answer }), config);
  console.log(`today: ${threadId} is told: ${messages.at(-1)?.text}`);
  await checkpointer.prune(threadId);
  await checkpointer.sealThread(threadId);
}
