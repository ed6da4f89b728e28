import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { BaseCheckpointSaver, PendingWrite } from '@langchain/langgraph-checkpoint';
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { buildCounter } from '../testing/counter-graph.ts';
import { checkpointOf, makeSaver, metadata, threadConfig } from '../testing/thread-helpers.ts';

type Task = readonly [taskId: string, taskPath: string, write: PendingWrite];

/** What docs/langgraph.md says of both: each line holds as long as this passes. */
async function readBack(saver: BaseCheckpointSaver, tasks: readonly Task[]) {
  const config = await saver.put(threadConfig('t', { checkpoint_ns: '' }), checkpointOf({}), metadata, {});
  for (const [taskId, taskPath, write] of tasks) await saver.putWrites(config, [write], taskId, taskPath);
  return (await saver.getTuple(config))?.pendingWrites?.map(([, , value]) => value);
}

it('keeps a write of bytes, which the official saver damages', async () => {
  const bytes = new Uint8Array([0, 255, 128, 200]);
  const tasks: Task[] = [['task', '', ['file', bytes]]];
  expect(await readBack(makeSaver().saver, tasks)).toEqual([bytes]);
  const official = SqliteSaver.fromConnString(':memory:');
  expect(await readBack(official, tasks)).not.toEqual([bytes]);
});

it('returns writes in the order LangGraph applies them, which the official saver does not', async () => {
  const tasks: Task[] = [
    ['task-1', '~__pregel_pull, b', ['a', 'second']],
    ['task-2', '~__pregel_pull, a', ['a', 'first']],
  ];
  expect(await readBack(makeSaver().saver, tasks)).toEqual(['first', 'second']);
  expect(await readBack(SqliteSaver.fromConnString(':memory:'), tasks)).toEqual(['second', 'first']);
});

it('grows by what a step adds, not by all that there is', async () => {
  const config = { ...threadConfig('t'), recursionLimit: 300 };
  const sizeOf = async (saver: BaseCheckpointSaver, path: string, close: () => void) => {
    await buildCounter(saver, 200).invoke({ count: 0, untouched: 'x'.repeat(5000) }, config);
    close();
    return statSync(path).size;
  };
  const { saver, dir } = makeSaver();
  const ours = await sizeOf(saver, join(dir, 't.db'), () => saver.close());
  const path = join(makeTestFolder(), 'checkpoints.db');
  const official = SqliteSaver.fromConnString(path);
  const theirs = await sizeOf(official, path, () => official.db.close());
  expect(ours * 5).toBeLessThan(theirs);
});
