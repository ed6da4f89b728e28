import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, MemorySaver } from '@langchain/langgraph';
import { JsonPlusSerializer, uuid6 } from '@langchain/langgraph-checkpoint';
import { openArchive } from '@varve/core';
import { defineLineage, type Lineage } from '@varve/migrations';
import { integer, sqliteTable } from 'drizzle-orm/sqlite-core';
import { expect, it, onTestFinished } from 'vitest';
import { type ThreadTables, threadLineage, threadTables, VarveSaver } from '../index.ts';
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

it('goes on with a thread that was sealed, and seals it once more in the place of its archive', async () => {
  const { saver, dir } = makeSaver();
  const config = threadConfig('t');
  const graph = buildApproval(saver);
  await graph.invoke(question, config);
  const archive = (await saver.sealThread('t')) ?? '';
  const statusOf = (path: string) => {
    using opened = openArchive(path, { lineage: threadLineage });
    return opened.db
      .select()
      .from(threadTables.sessions)
      .all()
      .map((it) => it.status);
  };
  expect([statusOf(archive), readdirSync(dir)]).toEqual([['interrupted'], ['archives']]);
  expect((await graph.getState(config)).next).toEqual(['ask']);
  expect(readdirSync(dir)).toEqual(['archives']);
  await graph.invoke(new Command({ resume: 'yes' }), config);
  expect(readdirSync(dir)).toContain('t.db');
  expect(statusOf(archive)).toEqual(['interrupted']);
  expect(await saver.sealIdle(-1000)).toEqual([archive]);
  expect([statusOf(archive), readdirSync(dir), readdirSync(join(dir, 'archives'))]).toEqual([
    ['completed'],
    ['archives'],
    ['.resealed', 't.db'],
  ]);
  expect((await graph.getState(config)).values.approved).toBe('yes');
});

it('reads threads of an older version through the lens, and brings to head those that go on', async () => {
  const { saver, dir } = makeSaver();
  const stored = checkpointOf({ a: 'x' });
  for (const id of ['live', 'sealed']) await saver.put(threadConfig(id), stored, metadata, { a: 1 });
  const archive = (await saver.sealThread('sealed')) ?? '';
  saver.close();
  const lineage = defineLineage({
    name: 'team',
    tables: { ...threadTables, votes: sqliteTable('votes', { seq: integer('seq').primaryKey() }) },
    migrations: [
      ...threadLineage.migrations,
      {
        name: '0001_votes',
        createdAtMs: Date.now(),
        sql: 'CREATE TABLE votes (seq integer PRIMARY KEY NOT NULL)',
      },
      {
        name: '0002_path',
        createdAtMs: Date.now(),
        sql: "ALTER TABLE writes ADD node text DEFAULT '' NOT NULL",
      },
    ],
  });
  const newer = new VarveSaver({ dir, lineage: lineage as unknown as Lineage<ThreadTables> });
  onTestFinished(() => newer.close());
  const versionOf = (path: string) => {
    using opened = openArchive(path, { lineage });
    return opened.version;
  };
  const found = await collect(newer.list({}));
  expect(found.map(({ checkpoint }) => checkpoint)).toEqual([stored, stored]);
  expect([versionOf(archive), versionOf(join(dir, 'live.db'))]).toEqual([1, 1]);
  const config = await newer.put(found[0]?.config ?? {}, checkpointOf({ a: 'y' }, 2), metadata, { a: 2 });
  expect(
    await newer.onThread(config.configurable?.thread_id, ({ sqlite }) =>
      sqlite.pragma('user_version', { simple: true }),
    ),
  ).toBeGreaterThan(0);
  await newer.putWrites(config, [['a', 'z']], 'task');
  expect((await newer.getTuple(config))?.pendingWrites).toEqual([['task', 'a', 'z']]);
  newer.close();
  expect([versionOf(archive), versionOf(join(dir, 'live.db'))].sort()).toEqual([1, 3]);
});

it('lets two savers of a folder take turns with a thread, and many tasks use one at once', async () => {
  const { saver, dir } = makeSaver();
  const { saver: other } = makeSaver({ dir });
  const config = await saver.put(threadConfig('t'), checkpointOf({}), metadata, {});
  const writes = Array.from({ length: 50 }, (_, at) =>
    (at % 10 === 0 ? other : saver).putWrites(config, [['a', at]], `task-${at}`),
  );
  await Promise.all(writes);
  expect((await other.getTuple(config))?.pendingWrites).toHaveLength(50);
});

it('says SESSION_LOCKED for a thread that another writer keeps, and reads it meanwhile', async () => {
  const { saver, dir } = makeSaver();
  const { saver: other } = makeSaver({ dir, busyTimeoutMs: 50 });
  const config = await saver.put(threadConfig('t'), checkpointOf({ a: 1 }), metadata, { a: 1 });
  await expect(other.putWrites(config, [['a', 2]], 'task')).rejects.toMatchObject({ code: 'SESSION_LOCKED' });
  expect((await other.getTuple(config))?.checkpoint.channel_values).toEqual({ a: 1 });
});

it('lists more threads than it keeps open, newest first, and passes over a file that is none', async () => {
  const { saver, dir } = makeSaver();
  const ids: string[] = [];
  for (let at = 0; at < 80; at += 1) {
    const stored = checkpointOf({ at });
    ids.push(stored.id);
    await saver.put(threadConfig(`thread-${at}`), stored, { ...metadata, step: at % 2 }, { at: 1 });
  }
  const list = async (...args: Parameters<VarveSaver['list']>) =>
    (await collect(saver.list(...args))).map((it) => it.checkpoint.id);
  writeFileSync(join(dir, 'notes.db'), 'no database, and as long as the header of one'.repeat(3));
  const warning = once(process, 'warning');
  expect(await list({})).toEqual(ids.toReversed());
  expect(await warning).toMatchObject([{ code: 'FILE_NOT_A_DATABASE' }]);
  expect(
    await list({}, { limit: 3, filter: { step: 1 }, before: threadConfig('', { checkpoint_id: ids[40] }) }),
  ).toEqual([ids[39], ids[37], ids[35]]);
  expect(readdirSync(dir).filter((name) => name.endsWith('-lock')).length).toBeLessThanOrEqual(64);
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

it('goes on with what a crash left of sealing a thread once more', async () => {
  const { saver, dir } = makeSaver();
  const config = await saver.put(threadConfig('t'), checkpointOf({ a: 1 }), metadata, { a: 1 });
  const archive = (await saver.sealThread('t')) ?? '';
  const stored = checkpointOf({ a: 2 }, 2);
  await saver.put(config, stored, metadata, { a: 2 });
  await saver.sealThread('t');
  const resealed = join(dir, 'archives', '.resealed', 't.db');
  renameSync(archive, resealed);
  expect((await saver.getTuple(threadConfig('t')))?.checkpoint).toEqual(stored);
  await saver.put(config, checkpointOf({ a: 3 }, 3), metadata, { a: 3 });
  copyFileSync(archive, resealed);
  await saver.sealThread('t');
  expect((await saver.getTuple(threadConfig('t')))?.checkpoint.channel_values).toEqual({ a: 3 });
  expect([existsSync(resealed), existsSync(join(dir, 't.db'))]).toEqual([false, false]);
});

it('passes over what it cannot seal, and removes no thread that somebody else writes', async () => {
  const { saver, dir } = makeSaver({ busyTimeoutMs: 50 });
  const { saver: other } = makeSaver({ dir });
  for (const id of ['a', 'c']) await saver.put(threadConfig(id), checkpointOf({}), metadata, {});
  await other.put(threadConfig('b'), checkpointOf({}), metadata, {});
  writeFileSync(join(dir, 'notes.db'), 'no database');
  const warning = once(process, 'warning');
  expect(await saver.sealIdle(-1000)).toEqual(['a', 'c'].map((id) => join(dir, 'archives', `${id}.db`)));
  expect(await warning).toMatchObject([{ name: 'VarveWarning' }]);
  await expect(saver.deleteThread('b')).rejects.toMatchObject({ code: 'SESSION_LOCKED' });
  expect(await other.getTuple(threadConfig('b'))).toBeDefined();
});

it('never takes one thread for another whose file has the same name', async () => {
  const { saver, dir } = makeSaver();
  await saver.put(threadConfig('ada'), checkpointOf({}), metadata, {});
  saver.close();
  // As a file system does that does not tell the cases of letters apart.
  copyFileSync(join(dir, 'ada.db'), join(dir, 'Ada.db'));
  const { saver: again } = makeSaver({ dir });
  expect(await again.getTuple(threadConfig('Ada'))).toBeUndefined();
  const put = again.put(threadConfig('Ada'), checkpointOf({}), metadata, {});
  await expect(put).rejects.toMatchObject({ code: 'ROW_INVALID', details: { thread: 'ada' } });
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

it('seals by itself what nobody has written for a while, and goes on with it when asked', async () => {
  const { saver, dir } = makeSaver({ idleMs: 100 });
  const config = await saver.put(threadConfig('t'), checkpointOf({ a: 1 }), metadata, { a: 1 });
  await expect.poll(() => existsSync(join(dir, 'archives', 't.db')), { timeout: 20_000 }).toBe(true);
  await saver.put(config, checkpointOf({ a: 2 }, 2), metadata, { a: 2 });
  expect((await saver.getTuple(threadConfig('t')))?.checkpoint.channel_values).toEqual({ a: 2 });
});
