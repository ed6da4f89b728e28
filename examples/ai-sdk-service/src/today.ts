/** Today's release pays money back, and has a table for that: the tool records beside what the adapter records. */
import { currentSession, runInSession, varveTelemetry } from '@varve/ai-sdk';
import { registerTelemetry, tool } from 'ai';
import { z } from 'zod';
import { lineage, refunds } from './lineage.ts';
import { answer } from './support-agent.ts';

const [root = 'sessions'] = process.argv.slice(2);
registerTelemetry(varveTelemetry({ dir: `${root}/live`, archiveDir: `${root}/archives`, lineage }));

const refund = tool({
  inputSchema: z.object({ orderId: z.string() }),
  execute: async ({ orderId }) => {
    currentSession(lineage)?.tryRecord(refunds, { orderId, amount: 40 });
    return { orderId, amount: 40 };
  },
});

const question = 'A-18 broke. I want my money back.';
const said = await runInSession({ agentName: 'support', agentVersion: '2' }, () =>
  answer(question, { refund }),
);
console.log(`today: ${question} ${said}`);
