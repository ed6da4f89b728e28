import { varveTelemetry } from '@varve/ai-sdk';
import { generateText, isStepCount, type Telemetry, type TelemetryOptions, tool } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { z } from 'zod';
import { makeBenchDir } from '../bench-files.ts';
import { comparePerStep } from '../per-step.ts';
import { printTitle } from '../report.ts';

/** What recording costs a step of the AI SDK, beside a model that answers at once. */
export async function run(): Promise<void> {
  printTitle('AI SDK: a run of steps with a tool each, and a session of its own');
  const inMemory = keepInMemory();
  const varve = varveTelemetry({ dir: makeBenchDir() });
  const contestants = (steps: number) => [
    { name: 'nothing recorded', run: () => runAgent(steps, { isEnabled: false }) },
    {
      name: 'events told, and nothing kept',
      isTold: true,
      run: () => runAgent(steps, { integrations: listenTo(() => {}) }),
    },
    { name: 'events kept in memory as JSON', run: () => runAgent(steps, { integrations: inMemory }) },
    { name: '@varve/ai-sdk, forced to the disk aside', run: () => runAgent(steps, { integrations: varve }) },
  ];
  await comparePerStep('AI SDK', contestants, { rounds: 30 });
  await varve.flush();
}

function keepInMemory(): Telemetry {
  const events: string[] = [];
  return listenTo((event) => void events.push(JSON.stringify(event)));
}

/** What an integration is told that records what happens. */
function listenTo(listen: (event: unknown) => void): Telemetry {
  return {
    onStart: listen,
    onLanguageModelCallStart: listen,
    onLanguageModelCallEnd: listen,
    onToolExecutionStart: listen,
    onToolExecutionEnd: listen,
    onEnd: listen,
  };
}

const look = tool({
  inputSchema: z.object({ at: z.number() }),
  execute: async ({ at }) => `page ${at}`.repeat(50),
});

async function runAgent(steps: number, telemetry: TelemetryOptions): Promise<void> {
  await generateText({
    model: scripted(),
    prompt: 'go',
    tools: { look },
    stopWhen: isStepCount(steps),
    telemetry,
  });
}

function scripted(): MockLanguageModelV4 {
  let at = 0;
  const usage = {
    inputTokens: { total: 10, noCache: 10, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 5, text: 5, reasoning: 0 },
  };
  const finishReason = { unified: 'tool-calls', raw: 'tool_calls' } as const;
  const doGenerate = async () => {
    // As any model: the event loop goes on, and what is sealed aside with it.
    await new Promise(setImmediate);
    at += 1;
    const call = { toolCallId: `c${at}`, toolName: 'look', input: `{"at":${at}}` };
    return { content: [{ type: 'tool-call' as const, ...call }], finishReason, usage, warnings: [] };
  };
  return new MockLanguageModelV4({ doGenerate });
}
