import { randomUUID } from 'node:crypto';
import type { SessionHooks, SessionKey, SessionStoreEntry, VarveSessionStore } from '@varve/claude-agent';

interface QueryOptions {
  readonly sessionStore: VarveSessionStore;
  readonly hooks: SessionHooks;
  readonly resume?: string;
}

/** One tool that is called: what it says, or why it is refused. */
interface Call {
  readonly name: string;
  readonly input: object;
  readonly says?: string;
  readonly refused?: string;
}

/**
 * In place of the SDK's `query`, which needs a key and whose licence is not an open one: it hands entries to the store and
 * calls hooks as the SDK does. Returns the session's id, and how many entries it resumed from.
 */
export async function scriptedQuery(
  prompt: string,
  calls: readonly Call[],
  { sessionStore, hooks, resume }: QueryOptions,
): Promise<{ sessionId: string; resumed: number }> {
  const key = { projectKey: '-srv-release-notes', sessionId: resume ?? randomUUID() };
  const before = (await sessionStore.load(key)) ?? [];
  const write = (type: string, message: object) => sessionStore.append(key, [entryOf(key, type, message)]);
  await write('user', { role: 'user', content: prompt });
  for (const call of calls) await runCall(call, write, hooks);
  await write('assistant', answer([{ type: 'text', text: 'Done.' }]));
  return { sessionId: key.sessionId, resumed: before.length };
}

async function runCall(
  { name, input, says, refused }: Call,
  write: (type: string, message: object) => Promise<void>,
  hooks: SessionHooks,
): Promise<void> {
  const id = `toolu_${randomUUID()}`;
  const tell = (event: keyof SessionHooks, more: object = {}) =>
    hooks[event][0]?.hooks[0]?.({ hook_event_name: event, tool_name: name, tool_use_id: id, ...more }, id);
  await write('assistant', answer([{ type: 'tool_use', id, name, input }]));
  if (refused === undefined) {
    await tell('PreToolUse');
    await tell('PostToolUse');
  } else await tell('PermissionDenied', { reason: refused });
  const result = {
    type: 'tool_result',
    tool_use_id: id,
    content: says ?? refused,
    is_error: refused !== undefined,
  };
  await write('user', { role: 'user', content: [result] });
}

function answer(content: readonly object[]): object {
  const usage = { input_tokens: 200, output_tokens: 40 };
  return { id: `msg_${randomUUID()}`, role: 'assistant', model: 'claude-sonnet-5', content, usage };
}

function entryOf({ sessionId }: SessionKey, type: string, message: object): SessionStoreEntry {
  const timestamp = new Date().toISOString();
  return { type, uuid: randomUUID(), timestamp, sessionId, version: '2.1.0', message } as SessionStoreEntry;
}
