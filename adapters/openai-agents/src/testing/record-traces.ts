import { join } from 'node:path';
import { OpenAIResponsesModel, setTraceProcessors, setTracingDisabled, tool } from '@openai/agents';
import type { VarveError } from '@varve/schema';
import { makeTestFolder } from '@varve/testing';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { VarveTracingProcessor, type VarveTracingProcessorOptions } from '../index.ts';
import { readArchives } from './read-archives.ts';
import { type Answer, scriptedOpenAi } from './scripted-openai.ts';

export function recordTraces(options: Partial<VarveTracingProcessorOptions> = {}) {
  const dir = makeTestFolder();
  const errors: VarveError[] = [];
  const onRecordError = (error: VarveError) => void errors.push(error);
  onTestFinished(() => {
    setTraceProcessors([]);
    setTracingDisabled(true);
  });
  // In place of the SDK's own processor, which exports to its maker.
  setTraceProcessors([new VarveTracingProcessor({ dir, onRecordError, idleMs: 20, ...options })]);
  setTracingDisabled(false);
  return { dir, errors, read: () => readArchives(join(dir, 'archives')) };
}

export const weather = tool({
  name: 'weather',
  description: 'The weather of a city',
  parameters: z.object({ city: z.string() }),
  execute: async ({ city }) => {
    if (city === 'Nowhere') throw new Error('no such city');
    return { city, degrees: -3 };
  },
});

export const modelOf = (...answers: readonly Answer[]) =>
  new OpenAIResponsesModel(scriptedOpenAi(...answers) as never, 'gpt-5');
