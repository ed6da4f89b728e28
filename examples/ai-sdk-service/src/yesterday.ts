/** The first release: one line records it. */
import { runInSession, varveTelemetry } from '@varve/ai-sdk';
import { registerTelemetry, tool } from 'ai';
import { z } from 'zod';
import { answer } from './support-agent.ts';

const [root = 'sessions'] = process.argv.slice(2);
registerTelemetry(varveTelemetry({ dir: `${root}/live`, archiveDir: `${root}/archives` }));

const findOrder = tool({
  inputSchema: z.object({ orderId: z.string() }),
  execute: async ({ orderId }) => ({ orderId, state: 'on its way' }),
});

for (const question of ['Where is A-17?', 'Where is A-18?']) {
  const said = await runInSession({ agentName: 'support', agentVersion: '1' }, () =>
    answer(question, { findOrder }),
  );
  console.log(`yesterday: ${question} ${said}`);
}
