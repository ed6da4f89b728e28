import { globSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import type { VarveError } from '@varve/schema';
import { makeTestFolder } from '@varve/testing';
import { onTestFinished } from 'vitest';
import { type VarveTelemetry, type VarveTelemetryOptions, varveTelemetry } from '../index.ts';

export const usage = {
  inputTokens: { total: 10, noCache: 6, cacheRead: 3, cacheWrite: 1 },
  outputTokens: { total: 5, text: 3, reasoning: 2 },
};
export const stop = { unified: 'stop', raw: 'stop' } as const;

/** An answer of a scripted model that says something. */
export const text = (content: string) => ({
  content: [{ type: 'text' as const, text: content }],
  finishReason: stop,
  usage,
  warnings: [],
  response: { id: 'r1', modelId: 'm1-2026' },
});

/** An answer of a scripted model that calls tools. */
export const calling = (...calls: readonly [id: string, name: string, input: string][]) => ({
  content: calls.map(([toolCallId, toolName, input]) => ({
    type: 'tool-call' as const,
    toolCallId,
    toolName,
    input,
  })),
  finishReason: { unified: 'tool-calls', raw: 'tool_calls' } as const,
  usage,
  warnings: [],
});

export type Answer = ReturnType<typeof text> | ReturnType<typeof calling>;

/** One answer after the other; an error is thrown. */
export function inTurn(answers: readonly (Answer | Error)[]): () => Promise<Answer> {
  let at = 0;
  return async () => {
    const answer = answers[at++];
    if (answer instanceof Error || !answer) throw answer;
    return answer;
  };
}

/** Registers a recorder into a folder of its own until the test has ended; `read` gives what its archives hold. */
export function recordBy(
  register: (telemetry: VarveTelemetry) => void,
  options: Partial<VarveTelemetryOptions> = {},
) {
  const dir = makeTestFolder();
  const errors: VarveError[] = [];
  const onRecordError = (error: VarveError) => void errors.push(error);
  register(varveTelemetry({ dir, onRecordError, ...options }));
  onTestFinished(() => {
    globalThis.AI_SDK_TELEMETRY_INTEGRATIONS = undefined;
  });
  const read = () => {
    return globSync('archives/*.db', { cwd: dir }).map((name) => readAll(join(dir, name)));
  };
  return { dir, errors, read };
}

export function readAll(path: string) {
  using archive = openArchive(path, { lineage });
  const { sessions, messages, modelCalls, toolCalls, outputs } = lineage.tables;
  return {
    session: archive.db.select().from(sessions).get(),
    messages: archive.db.select().from(messages).all(),
    modelCalls: archive.db.select().from(modelCalls).all(),
    toolCalls: archive.db.select().from(toolCalls).all(),
    outputs: archive.db.select().from(outputs).all(),
  };
}
