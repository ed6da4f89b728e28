import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HumanMessage } from '@langchain/core/messages';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import {
  Annotation,
  type BaseCheckpointSaver,
  END,
  MemorySaver,
  MessagesAnnotation,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';
import { VarveCallbackHandler, VarveSaver } from '@varve/langgraph';
import { makeBenchDir } from '../bench-files.ts';
import { compare } from '../compare.ts';
import { comparePerStep } from '../per-step.ts';
import { printFigures, printTitle } from '../report.ts';

/** What LangGraph's checkpointers cost a superstep, and how their files grow. */
export async function run(): Promise<void> {
  await timeSupersteps();
  await timeLongThread();
  await timeRecorder();
  for (const steps of [100, 1000]) await measureGrowth(steps);
}

async function timeSupersteps(): Promise<void> {
  printTitle('LangGraph: a run on a thread of its own, in a graph that only counts');
  const varve = new VarveSaver({ dir: makeBenchDir() });
  const sqlite = SqliteSaver.fromConnString(join(makeBenchDir(), 'checkpoints.db'));
  let threads = 0;
  const running = (name: string, saver?: BaseCheckpointSaver) => (steps: number) => {
    const graph = buildChat(saver);
    return { name, run: () => runChat(graph, `run-${threads++}`, steps) };
  };
  const none = running('no checkpointer');
  const ours = running('VarveSaver, each step forced to the disk', varve);
  const memory = running('MemorySaver', new MemorySaver());
  const inOneFile = running('SqliteSaver, not forced to the disk', sqlite);
  const options = { rounds: 20 };
  for (const [kept, theirs] of [['in memory', memory] as const, ['by SqliteSaver', inOneFile] as const]) {
    const contestants = (steps: number) => [none, theirs, ours].map((make) => make(steps));
    await comparePerStep(`LangGraph, its checkpoints; beside them kept ${kept}`, contestants, options);
  }
  varve.close();
  sqlite.db.close();
}

async function timeLongThread(): Promise<void> {
  printTitle('LangGraph: a superstep of one thread of 200, in a graph that only counts');
  const steps = 200;
  using varve = new VarveSaver({ dir: makeBenchDir() });
  const sqlite = SqliteSaver.fromConnString(join(makeBenchDir(), 'checkpoints.db'));
  const savers = { MemorySaver: new MemorySaver(), SqliteSaver: sqlite, VarveSaver: varve };
  for (const [name, saver] of Object.entries(savers)) {
    const graph = buildChat(saver);
    await runChat(graph, 'warm-up', 20);
    const started = performance.now();
    await runChat(graph, 'thread', steps);
    console.log(`  ${name.padEnd(20)}  ${((performance.now() - started) / steps).toFixed(2).padStart(8)} ms`);
  }
  sqlite.db.close();
}

async function timeRecorder(): Promise<void> {
  printTitle('LangGraph: a run whose one node calls a model that answers at once');
  const handler = new VarveCallbackHandler({ dir: makeBenchDir() });
  const contestants = [
    { name: 'nothing recorded', callbacks: [] },
    { name: 'VarveCallbackHandler: a session of 7 rows, made and sealed', callbacks: [handler] },
  ];
  const figures = await compare(
    contestants.map(({ name, callbacks }) => {
      const graph = buildCaller();
      return { name, run: () => graph.invoke({ messages: [new HumanMessage('Hello')] }, { callbacks }) };
    }),
    { rounds: 100 },
  );
  printFigures(figures);
  await handler.flush();
}

function buildCaller() {
  const model = new FakeListChatModel({ responses: ['Hello to you'] });
  return new StateGraph(MessagesAnnotation)
    .addNode('answer', async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addEdge(START, 'answer')
    .addEdge('answer', END)
    .compile();
}

async function measureGrowth(steps: number): Promise<void> {
  printTitle(`LangGraph: bytes on the disk after ${steps} supersteps of one thread`);
  const [sqliteDir, varveDir] = [makeBenchDir(), makeBenchDir()];
  const sqlite = SqliteSaver.fromConnString(join(sqliteDir, 'checkpoints.db'));
  await runChat(buildChat(sqlite), 'thread', steps);
  sqlite.db.close();
  using varve = new VarveSaver({ dir: varveDir });
  await runChat(buildChat(varve), 'thread', steps);
  await varve.sealThread('thread');
  print('SqliteSaver', bytesIn(sqliteDir));
  print('VarveSaver', bytesIn(varveDir));
  await varve.prune('thread');
  print('VarveSaver, pruned', bytesIn(varveDir));
}

/** Each step says something of 200 letters; a document of 20,000 lies there unchanged. */
function buildChat(checkpointer?: BaseCheckpointSaver) {
  const State = Annotation.Root({
    left: Annotation<number>,
    said: Annotation<string[]>({ reducer: (before, now) => [...before, ...now], default: () => [] }),
    document: Annotation<string>,
  });
  return new StateGraph(State)
    .addNode('say', ({ left }) => ({ left: left - 1, said: [`${left} ${'x'.repeat(200)}`] }))
    .addEdge(START, 'say')
    .addConditionalEdges('say', ({ left }) => (left > 0 ? 'say' : END))
    .compile(checkpointer && { checkpointer });
}

async function runChat(graph: ReturnType<typeof buildChat>, thread_id: string, steps: number): Promise<void> {
  const config = { configurable: { thread_id }, recursionLimit: steps + 10 };
  await graph.invoke({ left: steps, document: 'd'.repeat(20_000) }, config);
}

function bytesIn(dir: string): number {
  return globSync('**/*.db*', { cwd: dir }).reduce((sum, path) => sum + statSync(join(dir, path)).size, 0);
}

function print(name: string, bytes: number): void {
  console.log(`  ${name.padEnd(20)}  ${bytes.toLocaleString('en').padStart(14)} bytes`);
}
