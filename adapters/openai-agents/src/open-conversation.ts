import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createSession, openSession, type SessionValues } from '@varve/core';
import { sessionFileName } from '@varve/core/internal';
import type { Lineage } from '@varve/migrations';
import { Conversation } from './conversation.ts';
import type { StandardTables } from './standard-tables.ts';

/** Of this process: a file has one writer, a conversation as many sessions of the SDK as requests. */
const open = new Map<string, Conversation>();

/** The conversation in the file of this id, made where there is none. */
export function openConversation(
  dir: string,
  options: {
    readonly lineage: Lineage<StandardTables>;
    readonly archiveDir: string;
    readonly session: SessionValues<StandardTables> & { readonly id: string };
  },
): Conversation {
  const path = resolve(dir, `${sessionFileName(options.session.id)}.db`);
  const known = open.get(path);
  if (known?.session.isOpen) return known;
  const session = existsSync(path)
    ? openSession(path, options)
    : createSession(dir, { ...options, session: options.session });
  const conversation = new Conversation(session, options.lineage.tables);
  if (open.size === 0) process.once('exit', closeAll);
  open.set(path, conversation);
  return conversation;
}

export function defaultArchiveDir(dir: string): string {
  return join(dir, 'archives');
}

function closeAll(): void {
  for (const { session } of open.values()) {
    try {
      session.close();
    } catch {}
  }
}
