import { basename } from 'node:path';
import type { LogSample } from '../log/index.ts';
import { type CodexIdentity, identityOf } from './codex-copies.ts';
import { linesOfDocument } from './codex-document.ts';
import type { SavedCodex } from './codex-mapper.ts';
import { CodexMapper } from './codex-mapper.ts';
import type { LogFormat } from './contract.ts';
import { firstRecordOf } from './first-record.ts';
import { isObject, type JsonObject, objectOf } from './json-access.ts';

/** `~/.codex/sessions/**\/rollout-*.jsonl`: what went to the model and came from it, and what the user saw of that. */
export const codex: LogFormat = {
  name: 'codex',
  recognise: ({ shape, values }) =>
    values.some((it) => linesOfDocument(it) !== undefined) ||
    (shape !== 'document' && values.filter(isObject).some((it) => isRollout(it) || isOldHeader(it))),
  identify(sample) {
    const { id, forkedFrom, parent } = identifyCodex(sample);
    const kin = [id, forkedFrom, parent, firstRecordOf(sample)].filter((it) => it !== undefined);
    return { kin, rank: forkedFrom !== undefined || parent !== undefined ? 1 : 0 };
  },
  open: (context, saved) =>
    new CodexMapper(context, identifyCodex(context.sample), saved as SavedCodex | undefined),
};

function identifyCodex(sample: LogSample): CodexIdentity {
  const [document] = sample.values.map(linesOfDocument);
  if (document) return identityOf(document[0] ?? {}, idInName(sample.path));
  const [header, ...others] = sample.values
    .filter(isObject)
    .filter((it) => it.type === 'session_meta' || isOldHeader(it))
    .map((it) => objectOf(it.type === 'session_meta' ? it.payload : it));
  const copied = others.find(({ id }) => id !== header?.id);
  return identityOf(header ?? {}, idInName(sample.path), copied);
}

/** `rollout-<time>-<uuid>.jsonl` */
function idInName(path: string): string {
  const stem = basename(path).replace(/\.jsonl?$/, '');
  return /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(stem)?.[0] ?? stem;
}

const lineTypes = new Set(['session_meta', 'response_item', 'event_msg', 'turn_context', 'compacted']);

function isRollout(value: JsonObject): boolean {
  return typeof value.type === 'string' && lineTypes.has(value.type) && isObject(value.payload);
}

/** Until autumn 2025 the header had no envelope, nor had the items. */
function isOldHeader(value: JsonObject): boolean {
  return (
    typeof value.id === 'string' &&
    typeof value.timestamp === 'string' &&
    ('instructions' in value || 'git' in value) &&
    !('type' in value)
  );
}
