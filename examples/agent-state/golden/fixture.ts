import { defineFixture } from '@varve/core';
import { lineage } from '../src/lineage.ts';

const { decisions, intermediateResults, outputs, tickets } = lineage.tables;

/** A session with a row of every kind, as the services write them. */
export default defineFixture({
  lineage,
  session: { agentName: 'support', agentVersion: '1.0', metadata: { channel: 'e-mail' } },
  async record(session) {
    session.record(tickets, {
      question: 'Where is order A-17?',
      topic: 'order',
      priority: 2,
      orderNumbers: ['A-17'],
    });
    session.record(tickets, { question: '“Hello?” 👋', topic: 'other', orderNumbers: [] });
    const decisionSeq = session.record(decisions, { summary: 'look the order up', confidence: 0.9 });
    const call = { toolName: 'find_order', arguments: { number: 'A-17' }, decisionSeq };
    const { seq } = await session.callTool(call, () => ({ number: 'A-17', state: 'sent' }));
    session.record(intermediateResults, { toolCallSeq: seq, kind: 'json', name: 'order', value: null });
    session.record(outputs, { kind: 'text', content: 'It was sent.', isFinal: true });
  },
});
