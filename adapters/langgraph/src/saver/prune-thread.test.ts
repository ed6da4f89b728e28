import { statSync } from 'node:fs';
import { join } from 'node:path';
import {
  Annotation,
  type BaseCheckpointSaver,
  Command,
  DeltaChannel,
  END,
  MemorySaver,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { expect, it } from 'vitest';
import { buildApproval, question } from '../testing/approval-graph.ts';
import { checkpointOf, collect, makeSaver, metadata, threadConfig } from '../testing/thread-helpers.ts';

const config = { ...threadConfig('t'), recursionLimit: 100 };

/** Says something in each step, in a channel of which only what was said is stored, and now and then all. */
function buildDelta(checkpointer: BaseCheckpointSaver) {
  const delta = () =>
    new DeltaChannel<string[], string[]>((all, more) => [...all, ...more.flat()], { snapshotFrequency: 7 });
  const State = Annotation.Root({
    left: Annotation<number>,
    said: delta as unknown as ReturnType<typeof Annotation<string[]>>,
  });
  return new StateGraph(State)
    .addNode('say', ({ left }) => ({ left: left - 1, said: [`${left}`] }))
    .addEdge(START, 'say')
    .addConditionalEdges('say', ({ left }) => (left > 0 ? 'say' : END))
    .compile({ checkpointer });
}

it('keeps the steps that a delta channel is put together from', async () => {
  const run = async (checkpointer: BaseCheckpointSaver, between: () => Promise<unknown>) => {
    const graph = buildDelta(checkpointer);
    await graph.invoke({ left: 17 }, config);
    await between();
    const { values } = await graph.getState(config);
    return [values, await graph.invoke({ left: 3, said: ['again'] }, config)];
  };
  const { saver } = makeSaver();
  const pruned = await run(saver, async () => expect((await saver.prune('t'))?.removed).toBeGreaterThan(8));
  expect(pruned).toEqual(await run(new MemorySaver(), async () => {}));
  expect((pruned[0] as { said: string[] }).said).toHaveLength(17);
});

it('keeps what an interrupt inside a subgraph waits on, and removes the subgraph when it is done', async () => {
  const { saver } = makeSaver();
  const graph = buildApproval(saver);
  await graph.invoke(question, config);
  const namespaces = async () => {
    const all = await collect(saver.list(threadConfig('t')));
    return all.map((it) => it.config.configurable?.checkpoint_ns.replace(/:.*/, ''));
  };
  expect(await saver.prune('t')).toEqual({ kept: 2, removed: 4 });
  expect((await namespaces()).sort()).toEqual(['', 'ask']);
  expect((await graph.getState(config)).tasks[0]?.interrupts).toMatchObject([{ value: 'May I send it?' }]);
  const { approved } = await graph.invoke(new Command({ resume: 'yes' }), config);
  expect(approved).toBe('yes');
  await saver.sealThread('t');
  await saver.prune('t');
  expect(await namespaces()).toEqual(['']);
  expect((await graph.getState(config)).values.approved).toBe('yes');
});

it('makes whole the values that are left, and the file small', async () => {
  const { saver, dir } = makeSaver();
  const lines: string[] = [];
  let at = threadConfig('t');
  for (let version = 1; version <= 40; version += 1) {
    lines.push(`${version} ${'x'.repeat(3000)}`);
    const stored = checkpointOf({ lines, same: 'y'.repeat(2000) }, version);
    at = (await saver.put(at, stored, metadata, { lines: version })) as typeof at;
  }
  const sizeOf = () => statSync(join(dir, 't.db')).size;
  const before = (await collect(saver.list(threadConfig('t')))).slice(0, 3);
  await saver.sealIdle(-1000);
  expect(await saver.prune('t', { keep: 3 })).toEqual({ kept: 3, removed: 37 });
  expect(await collect(saver.list(threadConfig('t')))).toEqual(before);
  await saver.prune('t');
  const [last] = before;
  expect((await saver.getTuple(threadConfig('t')))?.checkpoint).toEqual(last?.checkpoint);
  const again = await saver.put(at, checkpointOf({ lines: [...lines, 'z'] }, 41), metadata, { lines: 41 });
  expect((await saver.getTuple(again))?.checkpoint.channel_values.lines).toEqual([...lines, 'z']);
  saver.close();
  expect(sizeOf()).toBeLessThan(300_000);
});

it('says nothing of a thread that is not there', async () => {
  expect(await makeSaver().saver.prune('nobody')).toBeUndefined();
});
