import type { Page } from 'playwright-core';
import { lineage, makeArchives, type TestArchives } from './make-archives.ts';
import { openPage } from './open-browser.ts';
import { serveTestPage } from './serve-test-page.ts';

const { decisions, toolCalls, messages, modelCalls, intermediateResults, outputs } = lineage.tables;

/** One pixel. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Two runs of one task, the second by another version, and a session that the first one started. */
export function makeRuns(): TestArchives {
  const archives = makeArchives();
  for (const [agentVersion, limit] of [
    ['1.0', 5],
    ['2.0', 9],
  ] as const) {
    archives.add(
      { agentName: 'support', agentVersion, requestModel: 'm-1', title: `refund by ${agentVersion}` },
      (session) => {
        session.record(messages, { role: 'user', parts: [{ type: 'text', content: 'Where is my zebra?' }] });
        const modelCallSeq = session.record(modelCalls, {
          status: 'ok',
          requestModel: 'm-1',
          inputTokens: 900,
          outputTokens: 80,
          durationMs: 40,
        });
        session.record(messages, {
          role: 'assistant',
          modelCallSeq,
          parts: [
            { type: 'reasoning', content: 'It must be somewhere.' },
            { type: 'tool_call', id: 'c1', name: 'find', arguments: { limit } },
          ],
        });
        const decisionSeq = session.record(decisions, { summary: 'look it up', modelCallSeq });
        session.record(toolCalls, {
          toolName: 'find',
          decisionSeq,
          arguments: { limit },
          result: { found: 1 },
          status: 'ok',
          durationMs: 12,
        });
        session.record(toolCalls, {
          toolName: 'pay',
          attempt: 1,
          status: 'error',
          errorType: 'Timeout',
          errorMessage: 'no answer',
          durationMs: 30,
        });
        session.record(toolCalls, { toolName: 'pay', attempt: 2, status: 'ok', durationMs: 9 });
        session.record(intermediateResults, { kind: 'image', name: 'shot', blob: png });
        session.record(outputs, { kind: 'text', content: 'It is on its way.', isFinal: true });
        if (agentVersion === '1.0')
          archives.add(
            { agentName: 'finder', title: 'find the zebra', parentSessionId: session.id, parentCallSeq: 5 },
            (finder) => {
              finder.record(toolCalls, { toolName: 'sniff', result: 'stripes', status: 'ok', durationMs: 5 });
            },
          );
      },
    );
  }
  return archives;
}

export const rowNamed = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });

export async function openRuns(archives = makeRuns(), options: Parameters<typeof openPage>[1] = {}) {
  const served = await serveTestPage(archives.archiveDir, { lineage });
  await served.settle();
  return { ...served, ...(await openPage(served.url, options)) };
}
