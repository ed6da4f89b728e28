import { defineFixture } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';

const { decisions, intermediateResults, outputs, toolCalls } = lineage.tables;

/** A session with rows of every standard table and the values that are easy to get wrong. */
export default defineFixture({
  lineage,
  session: {
    id: '01930000-0000-7000-8000-000000000001',
    agentName: 'golden',
    agentVersion: '1.0.0',
    providerName: 'anthropic',
    requestModel: 'a-model',
    parentSessionId: 'parent',
    startedAtMs: 1_700_000_000_000,
    metadata: { channel: 'e-mail', nested: { list: [1, null, '“é” 👋'] } },
  },
  record(session) {
    const decisionSeq = session.record(decisions, {
      summary: 'look the order up',
      rationale: '',
      alternatives: [{ summary: 'ask', rejectedBecause: 'slow' }, { summary: 'wait' }],
      confidence: 0.9,
      inputTokens: 1200,
      outputTokens: 30,
      costUsd: 0.004,
    });
    session.record(decisions, { summary: 'nothing known of the model call' });
    const toolCallSeq = session.record(toolCalls, {
      decisionSeq,
      toolName: 'find_order',
      toolCallId: 'call_1',
      arguments: { number: 'A-17', deep: { more: [true] } },
      result: [1, null, { state: 'sent' }],
      status: 'ok',
      durationMs: 12.5,
      costUsd: 0.001,
    });
    session.record(toolCalls, {
      toolName: 'mail',
      status: 'error',
      errorType: 'ETIMEDOUT',
      errorMessage: 'no answer',
      durationMs: 30_000,
    });
    session.record(intermediateResults, { toolCallSeq, kind: 'json', name: 'order', value: { rows: 1 } });
    session.record(intermediateResults, { kind: 'bytes', name: 'page', blob: Buffer.from([0, 1, 255]) });
    session.record(outputs, {
      kind: 'text',
      content: 'It was sent.',
      isFinal: true,
      inputTokens: 10,
      outputTokens: 5,
      costUsd: 0.0005,
    });
  },
});
