import {
  Agent,
  type AgentInputItem,
  createResponseSpan,
  MemorySession,
  type Model,
  type ModelRequest,
  type ModelResponse,
  run as runAgent,
  type Session,
  setTraceProcessors,
  setTracingDisabled,
  type TracingProcessor,
  tool,
  Usage,
} from '@openai/agents';
import { VarveSession, VarveTracingProcessor } from '@varve/openai-agents';
import { z } from 'zod';
import { makeBenchDir } from '../bench-files.ts';
import { comparePerStep } from '../per-step.ts';
import { printTitle } from '../report.ts';

/** What recording costs a turn of the OpenAI Agents SDK, beside a model that answers at once. */
export async function run(): Promise<void> {
  printTitle('OpenAI Agents: a run of turns with a tool each, and a session of its own');
  const varve = new VarveTracingProcessor({ dir: makeBenchDir() });
  const traced = (turns: number, processor?: TracingProcessor) => async () => {
    setTracingDisabled(processor === undefined);
    setTraceProcessors(processor ? [processor] : []);
    await runTurns(turns);
  };
  const tracing = (turns: number) => [
    { name: 'nothing recorded', run: traced(turns) },
    { name: 'spans told, and nothing kept', isTold: true, run: traced(turns, listenTo(ignore)) },
    { name: 'spans kept in memory as JSON', run: traced(turns, inMemory()) },
    { name: 'VarveTracingProcessor, forced to the disk aside', run: traced(turns, varve) },
  ];
  await comparePerStep('OpenAI Agents, its trace', tracing, { rounds: 20 });
  await varve.forceFlush();
  setTracingDisabled(true);
  setTraceProcessors([]);
  printTitle("OpenAI Agents: a run of turns with a session, which stores each turn's items");
  const dir = makeBenchDir();
  const sessions = (turns: number) => [
    { name: 'no session', run: () => runTurns(turns) },
    { name: 'MemorySession', run: () => runTurns(turns, new MemorySession()) },
    {
      name: 'VarveSession, each change forced to the disk',
      run: () => runInFile(turns, new VarveSession({ dir })),
    },
  ];
  await comparePerStep('OpenAI Agents, its memory', sessions, { rounds: 20 });
}

async function runInFile(turns: number, session: VarveSession): Promise<void> {
  await runTurns(turns, session);
  session.seal();
}

async function runTurns(turns: number, session?: Session): Promise<void> {
  const agent = new Agent({ name: 'Bench', model: new Scripted(turns), tools: [look] });
  await runAgent(agent, 'go', { maxTurns: turns + 1, ...(session && { session }) });
}

const look = tool({
  name: 'look',
  description: 'Look at a page',
  parameters: z.object({ at: z.number() }),
  execute: async ({ at }) => `page ${at}`.repeat(50),
});

function inMemory(): TracingProcessor {
  const spans: string[] = [];
  return listenTo((span) => void spans.push(JSON.stringify(span)));
}

function ignore(): void {}

function listenTo(listen: (span: unknown) => void): TracingProcessor {
  const nothing = async () => {};
  return {
    onTraceStart: nothing,
    onTraceEnd: nothing,
    onSpanStart: nothing,
    onSpanEnd: async (span) => listen(span),
    shutdown: nothing,
    forceFlush: nothing,
  };
}

/** Makes the span that the models of the SDK make. */
class Scripted implements Model {
  readonly #turns: number;
  #turn = 0;

  constructor(turns: number) {
    this.#turns = turns;
  }

  async getResponse(request: ModelRequest): Promise<ModelResponse> {
    // As any model: the event loop goes on, and what is sealed aside with it.
    await new Promise(setImmediate);
    this.#turn += 1;
    const given = { callId: `c${this.#turn}`, name: 'look', arguments: `{"at":${this.#turn}}` };
    const call = { type: 'function_call' as const, status: 'completed' as const, ...given };
    const text = { type: 'output_text' as const, text: 'done' };
    const message = { type: 'message' as const, role: 'assistant' as const, status: 'completed' as const };
    const output = this.#turn < this.#turns ? [call] : [{ ...message, content: [text] }];
    const span = createResponseSpan();
    span.start();
    span.spanData._input = request.input as string | AgentInputItem[];
    span.spanData._response = { model: 'scripted', status: 'completed', output };
    span.end();
    return { usage: new Usage({ inputTokens: 10, outputTokens: 5, totalTokens: 15 }), output };
  }

  async *getStreamedResponse(): AsyncGenerator<never> {}
}
