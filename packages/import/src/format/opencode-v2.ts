import { arrayOf, isObject, type JsonObject, objectOf, restOf, textOf } from './json-access.ts';
import type { OpencodeMessage } from './opencode-session.ts';

const ofStore = new Set(['id', 'session_id', 'sessionID', 'type', 'seq', 'time', 'stored']);

/**
 * A row of `session_message`, which opencode writes since its second API, as a message with parts as it was before. Source:
 * its published schema, `Session.Message`.
 */
export function messageOfRow(row: JsonObject): OpencodeMessage {
  const { id, time, stored } = row;
  const base = { id, time, stored };
  if (row.type === 'assistant') return answerOf(row, base);
  const rest = restOf(row, ofStore) ?? {};
  const { text, files, ...more } = rest;
  if (row.type === 'user' || row.type === 'synthetic' || row.type === 'system') {
    const role = row.type === 'system' ? 'system' : 'user';
    const said = typeof text === 'string' ? [{ type: 'text', text }] : [];
    const attached = arrayOf(files).filter(isObject).map(fileOf);
    const isPlain = role === row.type;
    return {
      info: { ...more, ...base, role, ...(!isPlain && { kind: row.type }) },
      parts: [...said, ...attached],
    };
  }
  const role = row.type === 'shell' || row.type === 'compaction' ? 'user' : 'system';
  return {
    info: { ...base, role, ...summaryCall(row) },
    parts: [{ ...rest, type: textOf(row.type) ?? 'other' }],
  };
}

/** What a compaction asked a model for. */
function summaryCall({ type, tokens, cost, model, error }: JsonObject): JsonObject {
  if (type !== 'compaction' || !isObject(tokens)) return {};
  const { id: modelID, providerID } = objectOf(model);
  return { tokens, cost, modelID, providerID, ...(isObject(error) && { error: namedError(error) }) };
}

function namedError(error: JsonObject): JsonObject {
  return { ...error, name: error.name ?? error.type };
}

/** A command that the user gave to the shell, as the call of a tool. */
export function shellCall(part: JsonObject): JsonObject {
  const { shellID, callID, command, status, exit, output, time } = part;
  const { created, completed } = objectOf(time);
  const isEnded = status === undefined ? output !== undefined : status === 'exited';
  const failure =
    isEnded || status === 'running' ? undefined : status === 'killed' ? 'aborted' : String(status);
  return {
    tool: 'shell',
    callID: shellID ?? callID,
    state: {
      status: isEnded ? 'completed' : failure === undefined ? 'running' : 'error',
      input: { command },
      output: objectOf(output).output ?? output,
      ...(failure !== undefined && { error: failure }),
      ...(exit !== undefined && exit !== null && { metadata: { exit } }),
      time: { start: created, end: completed },
    },
  };
}

function fileOf(file: JsonObject): JsonObject {
  const { uri, data, ...rest } = file;
  const inline = textOf(data) ? `data:${textOf(file.mime) ?? ''};base64,${data}` : undefined;
  return { ...rest, type: 'file', url: file.url ?? uri ?? inline ?? objectOf(file.source).uri };
}

function answerOf(row: JsonObject, base: JsonObject): OpencodeMessage {
  const { model, content, error, ...rest } = row;
  const { id: modelID, providerID, ...variant } = objectOf(model);
  const more = restOf(rest, ofStore) ?? {};
  const info = {
    ...more,
    ...base,
    ...(Object.keys(variant).length > 0 && { model: variant }),
    role: 'assistant',
    modelID,
    providerID,
    ...(isObject(error) && { error: namedError(error) }),
  };
  return { info, parts: arrayOf(content).filter(isObject).map(partOf) };
}

function partOf(part: JsonObject): JsonObject {
  if (part.type !== 'tool') return part;
  const { id, name, state, time, ...rest } = part;
  const { content, structured, error, ...told } = objectOf(state);
  const { created, ran, completed } = objectOf(time);
  return {
    ...rest,
    type: 'tool',
    callID: id,
    tool: name,
    state: {
      ...told,
      ...(content !== undefined && { output: plainOf(content) }),
      ...(structured !== undefined && { metadata: structured }),
      ...(error !== undefined && { error: objectOf(error).message ?? error }),
      time: { start: ran ?? created, end: completed },
    },
  };
}

/** The text where there is nothing else. */
function plainOf(content: unknown): unknown {
  const [only, ...others] = arrayOf(content);
  const text = others.length === 0 && objectOf(only).type === 'text' ? objectOf(only).text : undefined;
  return typeof text === 'string' ? text : content;
}
