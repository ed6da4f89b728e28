import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sessionFileName } from '@varve/core/internal';
import type { ListedSession, SessionKey } from './sdk-types.ts';

export type SessionOf = Omit<SessionKey, 'subpath'>;

const agentPath = /^subagents\/agent-([\w-]+)$/;
/** What a session's id is followed by in that of a transcript beside it, and in that of a later part. */
const behindId = /^(.*?)(?:\.(agent-[\w-]+|sub-.+?|sidechain-[\w-]+))?(?:\.part-(\d+))?$/;

/** Of a sub-agent's own transcript. */
export function agentIdOf({ subpath = '' }: SessionKey): string | undefined {
  return agentPath.exec(subpath)?.[1];
}

/** The session's id, and for a transcript beside it a longer one. */
export function transcriptId(key: SessionKey): string {
  if (key.subpath === undefined) return key.sessionId;
  const agentId = agentIdOf(key);
  return `${key.sessionId}.${agentId === undefined ? `sub-${key.subpath}` : `agent-${agentId}`}`;
}

/** What was sealed is never written again: a transcript that goes on has a further part. */
export function partId(id: string, part: number): string {
  return part === 1 ? id : `${id}.part-${part}`;
}

export function fileOf(dir: string, projectKey: string, id: string): string {
  return join(folderOf(dir, projectKey), `${sessionFileName(id)}.db`);
}

/** Each project has a folder of its own. */
export function folderOf(dir: string, projectKey: string): string {
  return join(dir, sessionFileName(projectKey));
}

interface Found {
  readonly sessionId: string;
  readonly beside: string | undefined;
  readonly mtime: number;
}

function findTranscripts(dirs: readonly string[], projectKey: string): Found[] {
  return dirs.flatMap((dir) => {
    const folder = folderOf(dir, projectKey);
    const names = existsSync(folder) ? readdirSync(folder) : [];
    return names
      .filter((name) => name.endsWith('.db'))
      .map((name) => {
        const [, sessionId = '', beside] = behindId.exec(decode(name.slice(0, -3))) ?? [];
        return { sessionId, beside, mtime: statSync(join(folder, name)).mtimeMs };
      });
  });
}

export function listSessionsIn(dirs: readonly string[], projectKey: string): ListedSession[] {
  const newest = new Map<string, number>();
  for (const { sessionId, beside, mtime } of findTranscripts(dirs, projectKey)) {
    if (beside === undefined) newest.set(sessionId, Math.max(mtime, newest.get(sessionId) ?? 0));
  }
  return [...newest].map(([sessionId, mtime]) => ({ sessionId, mtime: Math.floor(mtime) }));
}

export function listSubpathsIn(dirs: readonly string[], { projectKey, sessionId }: SessionOf): string[] {
  const found = findTranscripts(dirs, projectKey).filter((it) => it.sessionId === sessionId);
  const subpaths = found.flatMap(({ beside = '' }) => {
    if (beside.startsWith('agent-')) return [`subagents/${beside}`];
    return beside.startsWith('sub-') ? [beside.slice(4)] : [];
  });
  return [...new Set(subpaths)].sort();
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
