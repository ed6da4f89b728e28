import type { HeldRow, SessionWriter, ToolCallRow } from '../archive/index.ts';
import { uriPart } from './chat-writer.ts';
import type { Usage } from './claude-usage.ts';
import type { LogMapper, LogRecord, MapContext } from './contract.ts';
import {
  countOf,
  isObject,
  type JsonObject,
  jsonText,
  numberOf,
  objectOf,
  restOf,
  textOf,
  timeOf,
} from './json-access.ts';
import type { OpencodeMessage, OpencodeSession } from './opencode-session.ts';

export class OpencodeMapper implements LogMapper {
  readonly #context: MapContext;

  constructor(context: MapContext) {
    this.#context = context;
  }

  map({ value }: LogRecord): string | undefined {
    const { info, messages, part } = value as OpencodeSession;
    const session = this.#context.session(String(info.id));
    describe(session, info);
    let open = 0;
    for (const message of messages) open += mapMessage(session, message, this.#context.mtimeMs);
    session.describe({ status: open > 0 ? 'interrupted' : 'completed' });
    this.#context.close(session, part());
    return undefined;
  }
}

const mappedOfSession = new Set(['id', 'parentID', 'title', 'version', 'time', 'messages']);

function describe(session: SessionWriter, info: JsonObject): void {
  const { created, updated } = objectOf(info.time);
  const startedAtMs = timeOf(created);
  session.describe({
    agentName: 'opencode',
    agentVersion: textOf(info.version) ?? null,
    title: textOf(info.title) ?? null,
    parentSessionId: textOf(info.parentID) ?? null,
    ...(startedAtMs !== undefined && { startedAtMs }),
    endedAtMs: timeOf(updated) ?? null,
    metadata: restOf(info, mappedOfSession) ?? {},
  });
}

const mappedOfMessage = new Set([
  'id',
  'sessionID',
  'session_id',
  'role',
  'time',
  'stored',
  'providerID',
  'modelID',
  'tokens',
  'cost',
  'error',
  'parts',
  'finish',
]);

/** Writes a message and its calls; returns how many calls have not ended. */
function mapMessage(session: SessionWriter, { info, parts }: OpencodeMessage, mtimeMs: number): number {
  const time = objectOf(info.time);
  const atMs = timeOf(time.created) ?? timeOf(objectOf(info.stored).created) ?? Math.round(mtimeMs);
  const isAnswer = info.role === 'assistant';
  const steps = parts.filter(({ type }) => type === 'step-finish');
  const calls = isAnswer ? writeModelCalls(session, info, steps, atMs) : [];
  let step = 0;
  let open = 0;
  const message = {
    role: isAnswer ? 'assistant' : info.role === 'system' ? 'system' : 'user',
    createdAtMs: atMs,
  } as const;
  session.message({
    ...message,
    parts: JSON.stringify(
      parts.filter(({ type }) => type !== 'step-start' && type !== 'step-finish').map(partOf),
    ),
    modelCallSeq: calls[0]?.seq ?? null,
    messageId: textOf(info.id) ?? null,
    metadata: jsonText(restOf(info, mappedOfMessage)),
  });
  for (const part of parts) {
    if (part.type === 'step-finish') step++;
    else if (part.type === 'tool')
      open += Number(!writeToolCall(session, part, calls[Math.min(step, calls.length - 1)], atMs));
  }
  return open;
}

/** One a step, or one for the message where steps are not logged; an answer that failed has none. */
function writeModelCalls(
  session: SessionWriter,
  info: JsonObject,
  steps: readonly JsonObject[],
  atMs: number,
): HeldRow[] {
  const error = isObject(info.error) ? info.error : undefined;
  const completedMs = timeOf(objectOf(info.time).completed);
  const { tokens, cost } = info;
  const usages = steps.length > 1 ? steps : [{ tokens, cost, ...steps[0] }];
  return usages.map((step, at) => {
    const isLast = at === usages.length - 1;
    const model = objectOf(info.model);
    const status = error && isLast ? (String(error.name).includes('Aborted') ? 'cancelled' : 'error') : 'ok';
    const held = session.modelCall({
      providerName: textOf(info.providerID) ?? textOf(model.providerID) ?? null,
      responseModel: textOf(info.modelID) ?? textOf(model.modelID) ?? null,
      status,
      ...(status !== 'ok' && {
        errorType: textOf(error?.name) ?? 'error',
        errorMessage: textOf(objectOf(error?.data).message) ?? textOf(error?.message) ?? null,
      }),
      startedAtMs: atMs,
      ...(completedMs !== undefined &&
        usages.length === 1 && { durationMs: Math.max(0, completedMs - atMs) }),
      ...opencodeUsage(step),
      finishReasons: jsonText(
        textOf(step.reason) ? [step.reason] : textOf(info.finish) ? [info.finish] : undefined,
      ),
    });
    session.settle(held);
    if (session.fact('requestModel') === undefined)
      session.describe({
        requestModel: textOf(info.modelID) ?? null,
        providerName: textOf(info.providerID) ?? null,
      });
    return held;
  });
}

/** Opencode counts the cache's tokens beside the input, and reasoning beside the output. */
function opencodeUsage({ tokens, cost }: JsonObject): Usage {
  const { input, output, reasoning, cache } = objectOf(tokens);
  const [read, created] = [countOf(objectOf(cache).read), countOf(objectOf(cache).write)];
  const [fresh, said, thought, costUsd] = [
    countOf(input),
    countOf(output),
    countOf(reasoning),
    numberOf(cost),
  ];
  return {
    ...(fresh !== undefined && { inputTokens: fresh + (read ?? 0) + (created ?? 0) }),
    ...(said !== undefined && { outputTokens: said + (thought ?? 0) }),
    ...(read !== undefined && { cacheReadInputTokens: read }),
    ...(created !== undefined && { cacheCreationInputTokens: created }),
    ...(thought !== undefined && { reasoningOutputTokens: thought }),
    ...(costUsd !== undefined && { costUsd }),
  };
}

const ofStore = new Set(['id', 'sessionID', 'session_id', 'messageID', 'message_id', 'stored', 'type']);

function partOf(part: JsonObject): JsonObject {
  const rest = restOf(part, ofStore) ?? {};
  if (part.type === 'text' || part.type === 'reasoning') {
    const { text, ...more } = rest;
    return { type: part.type, content: text ?? '', ...more };
  }
  if (part.type === 'tool') {
    return {
      type: 'tool_call',
      id: part.callID ?? part.id ?? null,
      name: part.tool ?? null,
      arguments: objectOf(part.state).input ?? null,
    };
  }
  if (part.type === 'file' && typeof part.url === 'string') {
    return uriPart(part.url, {
      modality: 'file',
      ...(part.mime !== undefined && { mime_type: part.mime }),
      ...restOf(rest, new Set(['url', 'mime'])),
    });
  }
  return { type: textOf(part.type) ?? 'other', ...rest };
}

/** Whether the call has ended. A call of a tool that is not there is logged as one of the tool `invalid`, which succeeds. */
function writeToolCall(
  session: SessionWriter,
  part: JsonObject,
  call: HeldRow | undefined,
  atMs: number,
): boolean {
  const state = objectOf(part.state);
  const time = objectOf(state.time);
  const [start, end] = [timeOf(time.start), timeOf(time.end)];
  const held = session.toolCall({
    toolName: textOf(part.tool) ?? 'unknown',
    toolCallId: textOf(part.callID) ?? textOf(part.id) ?? null,
    arguments: jsonText(state.input),
    result: jsonText(state.output ?? state.error),
    ...outcomeOf(part, state),
    startedAtMs: start ?? atMs,
    ...(start !== undefined && end !== undefined && { durationMs: end - start }),
    modelCallSeq: call?.seq ?? null,
    metadata: jsonText(
      restOf({ ...restOf(state, mappedOfState), partId: part.id, partMetadata: part.metadata }, new Set()),
    ),
  });
  session.settle(held);
  return state.status === 'completed' || state.status === 'error';
}

const mappedOfState = new Set(['status', 'input', 'output', 'error', 'time']);

function outcomeOf(
  { tool }: JsonObject,
  state: JsonObject,
): Pick<ToolCallRow, 'status' | 'errorType' | 'errorMessage'> {
  if (state.status === 'error') {
    const said = textOf(state.error) ?? '';
    if (/rejected permission|user rejected/i.test(said))
      return { status: 'denied', errorType: 'rejected', errorMessage: said };
    return /aborted/i.test(said)
      ? { status: 'cancelled', errorType: 'aborted', errorMessage: said }
      : { status: 'error', errorType: 'tool_error', errorMessage: said };
  }
  if (state.status !== 'completed') return { status: 'interrupted' };
  if (tool === 'invalid')
    return { status: 'error', errorType: 'invalid_tool_call', errorMessage: textOf(state.output) ?? null };
  const exit = numberOf(objectOf(state.metadata).exit);
  return exit === undefined || exit === 0
    ? { status: 'ok' }
    : { status: 'error', errorType: `exit_code_${exit}` };
}
