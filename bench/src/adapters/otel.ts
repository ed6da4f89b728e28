import { context, trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  NoopSpanProcessor,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { VarveSpanProcessor } from '@varve/otel';
import { makeBenchDir } from '../bench-files.ts';
import { comparePerStep } from '../per-step.ts';
import { printTitle } from '../report.ts';

/** What recording costs a step that OpenTelemetry tells by two spans: a model call and a tool call. */
export async function run(): Promise<void> {
  printTitle('OpenTelemetry: a trace of as many model calls as tool calls');
  const varve = new VarveSpanProcessor({ dir: makeBenchDir(), idleMs: 0 });
  const contestants = (steps: number) => [
    { name: 'no processor', run: tracing(steps) },
    { name: 'a processor that does nothing', isTold: true, run: tracing(steps, new NoopSpanProcessor()) },
    {
      name: 'InMemorySpanExporter',
      run: tracing(steps, new SimpleSpanProcessor(new InMemorySpanExporter())),
    },
    { name: 'VarveSpanProcessor, forced to the disk aside', run: tracing(steps, varve) },
  ];
  await comparePerStep('OpenTelemetry', contestants, { rounds: 30 });
  await varve.shutdown();
}

function tracing(steps: number, ...spanProcessors: readonly SpanProcessor[]): () => Promise<void> {
  const tracer = new BasicTracerProvider({ spanProcessors: [...spanProcessors] }).getTracer('bench');
  return async () => {
    const agent = tracer.startSpan('invoke_agent bench', {
      attributes: { 'gen_ai.operation.name': 'invoke_agent' },
    });
    const inside = trace.setSpan(context.active(), agent);
    const said: object[] = [{ role: 'user', parts: [{ type: 'text', content: 'go' }] }];
    for (let at = 0; at < steps; at++) {
      // As any model: the event loop goes on, and what is sealed aside with it.
      await new Promise(setImmediate);
      const answer = {
        role: 'assistant',
        parts: [{ type: 'tool_call', id: `c${at}`, name: 'look', arguments: { at } }],
      };
      const chat = {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'scripted',
        'gen_ai.usage.input_tokens': 10,
        'gen_ai.input.messages': JSON.stringify(said),
        'gen_ai.output.messages': JSON.stringify([answer]),
      };
      tracer.startSpan('chat scripted', { attributes: chat }, inside).end();
      const response = `page ${at}`.repeat(50);
      const tool = {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'look',
        'gen_ai.tool.call.id': `c${at}`,
        'gen_ai.tool.call.result': response,
      };
      tracer.startSpan('execute_tool look', { attributes: tool }, inside).end();
      said.push(answer, { role: 'tool', parts: [{ type: 'tool_call_response', id: `c${at}`, response }] });
    }
    agent.end();
  };
}
