import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MemorySaver } from '@langchain/langgraph';
import { JsonPlusSerializer, uuid6 } from '@langchain/langgraph-checkpoint';
import { expect, it } from 'vitest';
import type { VarveSaver } from '../index.ts';
import { buildApproval, question } from '../testing/approval-graph.ts';
import { buildCounter } from '../testing/counter-graph.ts';
import { checkpointOf, collect, makeSaver, metadata, threadConfig } from '../testing/thread-helpers.ts';

it('resumes in another process what waits on an interrupt inside a subgraph', async () => {
  const { saver, dir } = makeSaver();
  const config = threadConfig('user/42 “é”');
  const graph = buildApproval(saver);
  await graph.invoke(question, config);
  expect((await graph.getState(config)).tasks[0]?.interrupts).toMatchObject([{ value: 'May I send it?' }]);
  saver.close();
  const program = fileURLToPath(new URL('../testing/resume-program.ts', import.meta.url));
  const args = ['--conditions=@varve/source', program, dir, 'user/42 “é”', 'yes'];
  const state = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  expect(state.approved).toBe('yes');
  const { saver: again } = makeSaver({ dir });
  const { values, next } = await buildApproval(again).getState(config);
  expect(next).toEqual([]);
  expect(values.messages.map((it: { content: string }) => it.content)).toEqual([
    'write to them',
    'a draft',
    'sent: yes',
  ]);
  expect(values.file).toEqual(new Uint8Array([0, 255, 128]));
});

it('gives the same history as the saver in memory, also after a fork from the middle', async () => {
  const history = async (checkpointer: MemorySaver | VarveSaver) => {
    const graph = buildCounter(checkpointer);
    const config = threadConfig('t');
    await graph.invoke({ count: 0, untouched: 'u' }, { ...config, recursionLimit: 100 });
    const states = await collect(graph.getStateHistory(config));
    const middle = states.find(({ values }) => values.count === 7);
    const forked = await graph.updateState(middle?.config ?? config, { said: ['in the fork'] });
    await graph.invoke(null, { ...forked, recursionLimit: 100 });
    const copy = await graph.updateState(middle?.config ?? config, null, '__copy__');
    await graph.invoke(null, { ...copy, recursionLimit: 100 });
    const all = await collect(graph.getStateHistory(config));
    return all.map(({ values, next, metadata: of }) => ({
      values,
      next,
      source: of?.source,
      step: of?.step,
    }));
  };
  const expected = await history(new MemorySaver());
  expect(expected.length).toBeGreaterThan(40);
  const { saver } = makeSaver();
  expect(await history(saver)).toEqual(expected);
});

it('tells forks apart whose values have the same version', async () => {
  const { saver } = makeSaver();
  const long = (end: string) => `${'x'.repeat(1000)}${end}`;
  const root = await saver.put(threadConfig('t'), checkpointOf({ a: long('root') }), metadata, { a: 1 });
  const [one, two] = [checkpointOf({ a: long('one') }, 2), checkpointOf({ a: long('two') }, 2)];
  const left = await saver.put(root, one, metadata, { a: 2 });
  const right = await saver.put(root, two, metadata, { a: 2 });
  // As LangGraph copies a checkpoint: below the parent of the original, with no channel that is new.
  const copies = [one, two].map((it) => saver.put(root, { ...it, id: uuid6(3) }, metadata, {}));
  const read = async (config: typeof root) => (await saver.getTuple(config))?.checkpoint.channel_values.a;
  const values = await Promise.all([root, left, right, ...(await Promise.all(copies))].map(read));
  expect(values).toEqual(['root', 'one', 'two', 'one', 'two'].map(long));
});

it.each([
  ['slashes and dots', '../../etc/passwd'],
  ['letters of every kind', 'é “👋” \u{10ffff} \n'],
  ['300 letters', 'x'.repeat(300)],
  ['300 letters of four bytes', '👋'.repeat(150)],
  ['a name of the prototype', '__proto__'],
])('keeps a thread whose id has %s', async (_, id) => {
  const { saver, dir } = makeSaver();
  const stored = checkpointOf({ toString: 1, __proto__x: 2, '7': 3 });
  const config = await saver.put(threadConfig(id), stored, metadata, stored.channel_versions);
  await saver.putWrites(config, [['constructor', 1]], 'task');
  const archive = await saver.sealThread(id);
  expect((await saver.getTuple(threadConfig(id)))?.checkpoint).toEqual(stored);
  expect((await collect(saver.list({}))).map((it) => it.config.configurable?.thread_id)).toEqual([id]);
  await saver.deleteThread(id);
  expect(await saver.getTuple(threadConfig(id))).toBeUndefined();
  expect([readdirSync(dir), archive && statSync(archive, { throwIfNoEntry: false })]).toEqual([
    ['archives'],
    undefined,
  ]);
});

it('keeps bytes as they are, in channels and in writes, also tens of megabytes', async () => {
  const { saver } = makeSaver();
  const bytes = new Uint8Array(30_000_000).map((_, at) => at * 7);
  const stored = checkpointOf({ bytes });
  const config = await saver.put(threadConfig('t'), stored, metadata, { bytes: 1 });
  await saver.putWrites(config, [['bytes', bytes]], 'task');
  const tuple = await saver.getTuple(config);
  const isSame = (value: unknown) => value instanceof Uint8Array && Buffer.from(bytes).equals(value);
  expect([tuple?.checkpoint.channel_values.bytes, tuple?.pendingWrites?.[0]?.[2]].map(isSame)).toEqual([
    true,
    true,
  ]);
});

it('returns writes in the order of their tasks, by path', async () => {
  const { saver } = makeSaver();
  const config = await saver.put(threadConfig('t'), checkpointOf({}), metadata, {});
  await saver.putWrites(config, [['a', 3]], 'task-1', '~__pregel_pull, b');
  await saver.putWrites(config, [['a', 2]], 'task-2', '~__pregel_pull, a');
  await saver.putWrites(config, [['a', 1]], 'task-3');
  await saver.putWrites(config, [['a', 4]], 'task-3');
  await saver.putWrites(config, [['__interrupt__', 'first']], 'task-4', '~z');
  await saver.putWrites(config, [['__interrupt__', 'second']], 'task-4', '~z');
  const writes = (await saver.getTuple(config))?.pendingWrites;
  expect(writes?.map(([, , value]) => value)).toEqual([1, 2, 3, 'second']);
});

it('fails after it is closed, and without a thread', async () => {
  const { saver } = makeSaver();
  await expect(saver.put({}, checkpointOf({}), metadata, {})).rejects.toMatchObject({ code: 'ROW_INVALID' });
  saver.close();
  saver.close();
  await expect(saver.put(threadConfig('t'), checkpointOf({}), metadata, {})).rejects.toMatchObject({
    code: 'SESSION_CLOSED',
  });
});

it('stores what a serializer of the team makes of values, and nothing else', async () => {
  const json = new JsonPlusSerializer();
  const flip = (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0xff);
  const serde = {
    async dumpsTyped(value: unknown): Promise<[string, Uint8Array]> {
      const [type, bytes] = await json.dumpsTyped(value);
      return [`secret+${type}`, flip(bytes)];
    },
    loadsTyped: (type: string, bytes: Uint8Array | string) => {
      return json.loadsTyped(type.replace('secret+', ''), flip(bytes as Uint8Array));
    },
  };
  const { saver, dir } = makeSaver({ serde });
  const stored = checkpointOf({ a: 'hidden '.repeat(100) });
  const config = await saver.put(threadConfig('t'), stored, { ...metadata, step: 7 }, { a: 1 });
  await saver.putWrites(config, [['a', 'hidden too']], 'task');
  const [found] = await collect(saver.list(threadConfig('t'), { filter: { step: 7 } }));
  expect([found?.checkpoint, found?.pendingWrites]).toEqual([stored, [['task', 'a', 'hidden too']]]);
  saver.close();
  expect(readFileSync(join(dir, 't.db')).includes('hidden')).toBe(false);
});
