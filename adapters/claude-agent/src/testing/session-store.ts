import { globSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import { makeTestFolder } from '@varve/testing';
import { type SessionStoreEntry, VarveSessionStore } from '../index.ts';

export const key = { projectKey: '-home-me-project', sessionId: '0a8d3c55-64a5-4c1f-9d4e-6f60c1a5b2d7' };

let count = 0;
export function entry(type: string, message: object | undefined, more: object = {}): SessionStoreEntry {
  count += 1;
  const uuid = `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`;
  const timestamp = new Date(Date.UTC(2026, 0, 1, 0, 0, count)).toISOString();
  const common = { sessionId: key.sessionId, version: '2.1.0', cwd: '/home/me/project', parentUuid: null };
  return { type, uuid, timestamp, ...common, ...(message && { message }), ...more } as SessionStoreEntry;
}

export const user = (content: unknown, more = {}) => entry('user', { role: 'user', content }, more);
export const assistant = (content: unknown[], more = {}) => {
  const usage = { input_tokens: 7, output_tokens: 5, cache_read_input_tokens: 3 };
  const message = { id: `msg_${count}`, role: 'assistant', model: 'claude-sonnet-5', content, usage };
  return entry('assistant', message, { requestId: `req_${count}`, ...more });
};
export const use = (id: string, name: string, input: object) => ({ type: 'tool_use', id, name, input });
export const answer = (id: string, content: string, isError = false) =>
  user([{ type: 'tool_result', tool_use_id: id, content, is_error: isError }], {
    toolUseResult: isError ? `Error: ${content}` : { stdout: content, stderr: '' },
  });

export function make(options = {}) {
  const dir = makeTestFolder();
  const open = () => new VarveSessionStore({ dir, ...options });
  const read = () =>
    globSync('archives/*/*.db', { cwd: dir })
      .sort()
      .map((name) => readAll(join(dir, name)));
  return { dir, open, read };
}

export function readAll(path: string) {
  using archive = openArchive(path, { lineage });
  const { sessions, messages, modelCalls, toolCalls } = lineage.tables;
  return {
    session: archive.db.select().from(sessions).get(),
    messages: archive.db.select().from(messages).all(),
    modelCalls: archive.db.select().from(modelCalls).all(),
    toolCalls: archive.db.select().from(toolCalls).all(),
  };
}
