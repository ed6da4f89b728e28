import { dirname } from 'node:path';
import type { FormatOptions, LogRecord, LogSource } from './contract.ts';
import { arrayOf, isObject, type JsonObject, objectOf, textOf } from './json-access.ts';
import { byTime, type OpencodeMessage, type OpencodeSession, Unread } from './opencode-session.ts';
import {
  isSessionFile,
  messageFilesIn,
  sessionOf,
  stampOfMessages,
  stampOfSteps,
} from './opencode-tree-files.ts';
import { OpencodeTreeParents } from './opencode-tree-parents.ts';
import { readJson, TreeReader } from './opencode-tree-reader.ts';

const parents = new OpencodeTreeParents();

/** Reads the session whose file the source is, with its messages' and parts' files. */
export const openCodeTree = {
  /** A session's own file does not change with each of its messages and their parts, nor with what its parent tells of it. */
  stampBeside(path: string, options: FormatOptions): string | undefined {
    if (!isSessionFile(path)) return undefined;
    const { id, parentID } = objectOf(readJson(path));
    const own = stampOfMessages(path, textOf(id) ?? sessionOf(path));
    const parent = textOf(parentID);
    return parent === undefined ? own : `${own} ${stepsOf(path, parent, options)}`;
  },

  /** Whether the messages of a session are there, whatever may have become of its own file. */
  hasMessages(path: string): boolean {
    return !messageFilesIn(path, sessionOf(path)).next().done;
  },

  *read({ path }: LogSource, onChunk: (chunk: Uint8Array) => void): Generator<LogRecord> {
    const files = new TreeReader(onChunk);
    const info = files.read(path, isObject) ?? { id: sessionOf(path) };
    const parent = textOf(info.parentID);
    const call = parent === undefined ? undefined : parents.callOf(String(info.id), parent, path);
    const session: OpencodeSession = {
      info: { ...info, parentCallID: call },
      messages: readMessages(files, info, path),
      part: () => files.part(),
    };
    yield { value: session };
    for (const reason of files.unread) yield { value: new Unread(reason) };
  },
};

/** By the options of an import: it asks of a session for each of those that it has started. */
const knownSteps = new WeakMap<FormatOptions, Map<string, string>>();

/** As it was when it was first asked for: what changes meanwhile, the next import sees. */
function stepsOf(path: string, session: string, options: FormatOptions): string {
  const known = knownSteps.get(options) ?? new Map<string, string>();
  knownSteps.set(options, known);
  const key = JSON.stringify([dirname(dirname(path)), session]);
  const steps = known.get(key) ?? stampOfSteps(path, session);
  known.set(key, steps);
  return steps;
}

/** A message whose own file cannot be read has the time of the one before, and what its parts tell. */
function* readMessages(files: TreeReader, info: JsonObject, path: string): Generator<OpencodeMessage> {
  let { created } = objectOf(info.time);
  const messages = [...messageFilesIn(path, String(info.id))].map(({ id, path, parts }) => {
    const told = files.read(path, isMessage);
    created = objectOf(told?.time).created ?? created;
    const info: JsonObject = told ?? { id, time: { created } };
    return { isTold: told !== undefined, info, parts };
  });
  for (const message of messages.sort((a, b) => byTime(a.info, b.info))) {
    const parts = message.parts.map((file) => files.read(file, isPart)).filter((part) => part !== undefined);
    parts.sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1));
    const inline = files.take(arrayOf(message.info.parts).filter(isObject), isPart);
    if (message.isTold) yield { info: message.info, parts: [...inline, ...parts] };
    else if (parts.length > 0) yield { info: { ...message.info, ...roleOf(parts) }, parts };
  }
}

function isMessage(value: unknown): value is JsonObject {
  return isObject(value) && typeof value.role === 'string';
}

function isPart(value: unknown): value is JsonObject {
  return isObject(value) && typeof value.type === 'string';
}

const typesOfAnswers = new Set<unknown>(['step-start', 'step-finish', 'reasoning', 'tool']);

function roleOf(parts: readonly JsonObject[]): JsonObject {
  return parts.some(({ type }) => typesOfAnswers.has(type)) ? { role: 'assistant' } : {};
}
