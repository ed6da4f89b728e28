import { defineFixture } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';

const { decisions, intermediateResults, messages, modelCalls, outputs, sources, toolCalls } = lineage.tables;

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
    parentCallSeq: 7,
    parentToolCallId: 'call_0',
    conversationId: 'user:42/“chat”',
    title: 'Where is A-17?',
    startedAtMs: 1_700_000_000_000,
    metadata: { channel: 'e-mail', nested: { list: [1, null, '“é” 👋'] } },
  },
  async record(session) {
    session.record(sources, {
      format: 'claude-code',
      path: 'projects/x/y.jsonl',
      hash: 'a'.repeat(64),
      sizeBytes: 4096,
      lastRecordKey: 'line 12',
      importerVersion: '1',
    });
    session.record(messages, { role: 'user', parts: [{ type: 'text', content: 'Where is A-17? 👋' }] });
    const model = {
      providerName: 'anthropic',
      requestModel: 'a-model',
      requestOptions: { temperature: 0.2 },
    };
    const { seq: modelCallSeq } = await session.callModel(
      model,
      () => {
        session.record(messages, {
          role: 'assistant',
          messageId: 'msg_1',
          parts: [
            { type: 'reasoning', content: 'look it up', signature: 'c2ln' },
            { type: 'tool_call', id: 'call_2', name: 'apply_patch', arguments: '*** Begin Patch' },
            { type: 'of another kind', kept: { whole: [null] } },
          ],
          metadata: { stop: null },
        });
      },
      () => ({
        responseModel: 'a-model-2026-11-01',
        responseId: 'resp_1',
        finishReasons: ['tool_use'],
        timeToFirstTokenMs: 310.5,
        inputTokens: 15_000_001,
        cacheReadInputTokens: 15_000_000,
        cacheCreationInputTokens: 0,
        outputTokens: 90,
        reasoningOutputTokens: 40,
        costUsd: 4.5,
      }),
    );
    session
      .begin(modelCalls, { attempt: 2 })
      .fail(Object.assign(new Error('slow down'), { code: 'RATE_LIMITED' }));
    session.begin(toolCalls, { toolName: 'rm', mcpServer: 'files', modelCallSeq }).end({ status: 'denied' });
    session.begin(toolCalls, { toolName: 'sleep', metadata: { hours: 1 } }).end({ status: 'interrupted' });
    await session.callTool({ toolName: 'apply_patch', arguments: '*** Begin Patch', modelCallSeq }, () => {
      session.record(intermediateResults, { kind: 'json', name: 'inside', value: [] });
      return { bytes: Buffer.from([0, 255]), wei: 2n ** 70n };
    });
    session.record(decisions, { summary: 'of a model call', modelCallSeq });
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
