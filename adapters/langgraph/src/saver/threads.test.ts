import { once } from 'node:events';
import { copyFileSync, existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from '@langchain/langgraph';
import { openArchive } from '@varve/core';
import { defineLineage, type Lineage } from '@varve/migrations';
import { integer, sqliteTable } from 'drizzle-orm/sqlite-core';
import { expect, it, onTestFinished } from 'vitest';
import { type ThreadTables, threadLineage, threadTables, VarveSaver } from '../index.ts';
import { buildApproval, question } from '../testing/approval-graph.ts';
import { checkpointOf, collect, makeSaver, metadata, threadConfig } from '../testing/thread-helpers.ts';

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

it('seals by itself what nobody has written for a while, and goes on with it when asked', async () => {
  const { saver, dir } = makeSaver({ idleMs: 100 });
  const config = await saver.put(threadConfig('t'), checkpointOf({ a: 1 }), metadata, { a: 1 });
  await expect.poll(() => existsSync(join(dir, 'archives', 't.db'))).toBe(true);
  await saver.put(config, checkpointOf({ a: 2 }, 2), metadata, { a: 2 });
  expect((await saver.getTuple(threadConfig('t')))?.checkpoint.channel_values).toEqual({ a: 2 });
});
