import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import {
  Agent,
  type AgentInputItem,
  MemorySession,
  OpenAIResponsesCompactionSession,
  OpenAIResponsesModel,
  run,
  setTracingDisabled,
} from '@openai/agents';
import { openArchive } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import { makeTestFolder } from '@varve/testing';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { VarveSession } from './index.ts';
import { readArchives } from './testing/read-archives.ts';
import { response, says, scriptedOpenAi } from './testing/scripted-openai.ts';

beforeAll(() => setTracingDisabled(true));

const user = (content: string): AgentInputItem => ({ role: 'user', content });
const call = (callId: string, city = 'Oslo'): AgentInputItem & { type: 'function_call' } => ({
  type: 'function_call',
  callId,
  name: 'weather',
  arguments: `{ "city": "${city}" }`,
  status: 'completed',
});

/** One of every kind, with texts that are long enough to stand in one place only. */
const items: AgentInputItem[] = [
  user('hello'),
  { role: 'system', content: 'Be as brief as you possibly can be, please.' },
  { role: 'user', content: [{ type: 'input_text', text: 'What is on this picture? Tell me all about it.' }] },
  { type: 'message', role: 'user', content: [{ type: 'input_image', image: 'data:image/png;base64,AAAA' }] },
  {
    type: 'message',
    role: 'assistant',
    id: 'msg_1',
    status: 'completed',
    content: [
      { type: 'output_text', text: 'A cat, as far as one can tell from here.', providerData: { $part: 1 } },
    ],
  },
  {
    type: 'reasoning',
    id: 'rs_1',
    content: [{ type: 'input_text', text: 'The picture shows fur and whiskers.' }],
  },
  call('c1'),
  {
    type: 'function_call_result',
    callId: 'c1',
    name: 'weather',
    status: 'completed',
    output: { type: 'text', text: '{"degrees":-3,"wind":"from the north, light"}' },
  },
  {
    type: 'hosted_tool_call',
    id: 'ws_1',
    name: 'web_search_call',
    status: 'completed',
    providerData: { a: [1] },
  },
  { type: 'compaction', encrypted_content: 'x'.repeat(40) },
];

function make() {
  const dir = makeTestFolder();
  return { dir, open: () => new VarveSession({ dir, sessionId: 'user:42' }) };
}

it('gives every kind of item back as it was, also after it was closed and opened again', async () => {
  const { open } = make();
  const session = open();
  await session.addItems(items);
  expect(await session.getItems()).toEqual(items);
  session.close();
  expect(await open().getItems()).toEqual(items);
  expect(await open().getItems(2)).toEqual(items.slice(-2));
  session.close();
});

it('gives bytes back as bytes', async () => {
  const { open } = make();
  const file = { type: 'input_file', file: 'x', providerData: { raw: new Uint8Array([1, 2, 255]) } };
  const item = { role: 'user', content: [file] } as unknown as AgentInputItem;
  await open().addItems([item]);
  expect(await open().getItems()).toEqual([item]);
  open().close();
});

it('does what the own session of the SDK does, whatever is asked of it, and keeps it', async () => {
  const item = fc.constantFrom(...items, call('c1', 'Bergen'), call('c2'));
  const some = fc.array(item, { maxLength: 3 });
  const id = fc.constantFrom('a', 'b');
  const step = fc.oneof(
    some.map((it) => ['addItems', it] as const),
    fc.constant(['popItem', undefined] as const),
    fc.constant(['clearSession', undefined] as const),
    fc.constantFrom('c1', 'c2').map((callId) => {
      const mutations = [
        { type: 'replace_function_call' as const, callId, replacement: call(callId, 'Paris') },
      ];
      return ['applyHistoryMutations', { mutations }] as const;
    }),
    fc.tuple(id, some).map(([operationId, items]) => {
      const transaction = { type: 'append_items' as const, items };
      return ['applyHistoryTransaction', { operationId, transaction }] as const;
    }),
    fc.tuple(id, some, some).map(([operationId, expectedSuffix, replacement]) => {
      const transaction = { type: 'replace_suffix' as const, expectedSuffix, replacement };
      return ['applyHistoryTransaction', { operationId, transaction }] as const;
    }),
    fc.constant(['close', undefined] as const),
  );
  const outcome = async (work: () => unknown) => {
    try {
      return { value: await work() };
    } catch {
      return 'refused';
    }
  };
  const isSame = fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
    const { open } = make();
    const [ours, theirs] = [open(), new MemorySession()];
    for (const [name, argument] of steps) {
      if (name === 'close') ours.close();
      else {
        const [one, other] = [ours, theirs].map((it) => outcome(() => it[name](argument as never)));
        expect(await one).toEqual(await other);
      }
      expect(await ours.getItems()).toEqual(await theirs.getItems());
    }
    ours.close();
  });
  await fc.assert(isSame, { numRuns: process.env.VARVE_DEEP ? 1_000 : 40 });
});

it('applies a transaction once, and refuses another under its id or an end that is not there', async () => {
  const { open } = make();
  const append = { type: 'append_items' as const, items: [user('one')] };
  await open().applyHistoryTransaction({ operationId: 'a', transaction: append });
  open().close();
  await open().applyHistoryTransaction({ operationId: 'a', transaction: append });
  const other = { ...append, items: [user('two')] };
  const again = open().applyHistoryTransaction({ operationId: 'a', transaction: other });
  await expect(again).rejects.toMatchObject({ code: 'HISTORY_CONFLICT' });
  const suffix = { type: 'replace_suffix' as const, expectedSuffix: [user('no')], replacement: [] };
  const wrong = open().applyHistoryTransaction({ operationId: 'b', transaction: suffix });
  await expect(wrong).rejects.toMatchObject({ code: 'HISTORY_CONFLICT' });
  expect(await open().getItems()).toEqual([user('one')]);
  open().close();
});

it('deletes nothing: what was popped, compacted and cleared is in the archive', async () => {
  const { open } = make();
  await open().addItems([user('one'), user('two')]);
  await open().popItem();
  await open().replaceHistoryWithCompaction([user('in short')]);
  await open().clearSession();
  await open().addItems([user('new')]);
  using archive = openArchive(open().seal(), { lineage });
  const { messages, intermediateResults } = lineage.tables;
  const said = archive.db.select().from(messages).all();
  expect(said.map(({ parts }) => parts[0]?.content)).toEqual(['one', 'two', 'in short', 'new']);
  const changes = archive.db.select().from(intermediateResults).all();
  expect(changes.map(({ name, value }) => [name, value])).toEqual([
    ['pop', { supersedes: [2] }],
    ['compaction', { supersedes: [1] }],
    ['clear', { supersedes: [4] }],
  ]);
});

it("is compacted by the SDK's own session around it", async () => {
  const { open } = make();
  const summary = { type: 'compaction', id: 'x', encrypted_content: 'short' };
  const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
  const answer = { id: 'c', object: 'response.compaction', created_at: 1, output: [summary], usage };
  const options = { client: scriptedOpenAi(answer) as never, model: 'gpt-5', underlyingSession: open() };
  const session = new OpenAIResponsesCompactionSession(options);
  await session.addItems([user('one'), user('two')]);
  await session.runCompaction({ force: true, compactionMode: 'input' });
  expect(await open().getItems()).toEqual([summary]);
  open().close();
});

it('is the memory of runs, also of runs in another process, and a writer at a time', async () => {
  const { dir, open } = make();
  const client = scriptedOpenAi(response(says('hi')), response(says('as I said: hi')));
  const model = new OpenAIResponsesModel(client as never, 'gpt-5');
  const agent = new Agent({ name: 'Chat', instructions: 'be brief', model });
  await run(agent, 'hello', { session: open() });
  open().close();
  const program = `
    import { VarveSession } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
    const session = new VarveSession({ dir: ${JSON.stringify(dir)}, sessionId: 'user:42' });
    await session.addItems([{ role: 'user', content: 'from afar' }]);`;
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--conditions=@varve/source', '--input-type=module', '--eval', program],
    { encoding: 'utf8', cwd: import.meta.dirname },
  );
  expect([status, stderr]).toEqual([0, '']);
  await run(agent, 'again?', { session: open() });
  const said = (await open().getItems()).map((item) => 'role' in item && item.role);
  expect(said).toEqual(['user', 'assistant', 'user', 'user', 'assistant']);
  open().seal();
  const [archive] = readArchives(join(dir, 'archives'));
  expect(archive?.session).toMatchObject({ id: 'user:42', status: 'completed' });
});

it('says that a conversation was sealed rather than begin another of its id', async () => {
  const { open } = make();
  await open().addItems([user('one')]);
  open().seal();
  await expect(open().getItems()).rejects.toMatchObject({ code: 'ARCHIVE_EXISTS' });
});
