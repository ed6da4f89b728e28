import { basename } from 'node:path';
import { type ClaudeIdentity, ClaudeMapper, claudeAnswerKey, type SavedClaude } from '@varve/core/internal';
import type { LogSample } from '../log/index.ts';
import type { LogFormat } from './contract.ts';
import { isObject, type JsonObject, objectOf, textOf } from './json-access.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** `~/.claude/projects/**`: a line a record, a tree by `uuid` and `parentUuid`. */
export const claudeCode: LogFormat = {
  name: 'claude-code',
  isKeyed: true,
  recognise: ({ shape, values }) =>
    shape !== 'document' && values.some(isClaudeRecord) && !values.some(isLookalike),
  identify(sample) {
    const { sessionId, agentId } = identifyClaude(sample);
    const root = values(sample).find(({ uuid, parentUuid }) => typeof uuid === 'string' && !parentUuid);
    const answer = values(sample)
      .map(claudeAnswerKey)
      .find((key) => key !== undefined);
    const beginning = [root && String(root.uuid), answer].filter((it) => it !== undefined);
    const kin = [sessionId, ...(agentId === undefined ? beginning : [])];
    const isFork = values(sample).some((it) => it.forkedFrom !== undefined || it.sessionKind === 'bg');
    return { kin, rank: agentId !== undefined ? 2 : Number(isFork) };
  },
  passOver: passOverProgress,
  open(context, saved) {
    const identity = identifyClaude(context.sample);
    // It may have been there before it told its id.
    if (identity.sessionId !== stemOf(context)) context.supersede(stemOf(context));
    return new ClaudeMapper(context, identity, saved as SavedClaude | undefined);
  },
};

export function identifyClaude(sample: LogSample): ClaudeIdentity {
  const stem = stemOf(sample);
  const told = values(sample).find(({ sessionId }) => typeof sessionId === 'string')?.sessionId;
  const first = values(sample).find(({ type }) => type === 'user' || type === 'assistant');
  const agentId =
    first?.isSidechain === true && stem.startsWith('agent-')
      ? (textOf(first.agentId) ?? stem.slice(6))
      : undefined;
  const sessionId = agentId === undefined && uuid.test(stem) ? stem : (textOf(told) ?? stem);
  return { sessionId, agentId };
}

function stemOf({ path }: { readonly path: string }): string {
  return basename(path).replace(/\.jsonl$/, '');
}

function values({ values }: LogSample): readonly JsonObject[] {
  return values.filter(isObject);
}

const messageTypes = new Set(['user', 'assistant', 'system', 'progress', 'attachment']);

function isClaudeRecord(value: unknown): boolean {
  if (!isObject(value)) return false;
  if (value.type === 'summary') return typeof value.leafUuid === 'string';
  if (value.type === 'file-history-snapshot') return isObject(value.snapshot);
  return (
    typeof value.sessionId === 'string' &&
    typeof value.type === 'string' &&
    (messageTypes.has(value.type) ? typeof value.uuid === 'string' : value.type.includes('-'))
  );
}

/** Qwen Code's records are named as these are, and hold messages of Gemini's. */
function isLookalike(value: unknown): boolean {
  return isObject(value) && Array.isArray(objectOf(value.message).parts);
}

const progressMark = Buffer.from('"type":"progress"');

/**
 * A fifth of a log tells how far a tool has come. Up to the first nested object all keys are the record's own, and no
 * text can hold the mark, since its quotes would be escaped.
 */
function passOverProgress(line: Buffer): string | undefined {
  if (line[line.length - 1] !== 125) return undefined;
  const nested = line.indexOf(123, 1);
  const head = line.subarray(0, nested === -1 ? 1024 : Math.min(nested, 1024));
  return head.includes(progressMark) ? 'progress' : undefined;
}
