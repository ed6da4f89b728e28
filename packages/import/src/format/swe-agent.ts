import { basename } from 'node:path';
import type { ChatCall } from './chat-parts.ts';
import { ChatWriter } from './chat-writer.ts';
import type { LogFormat, LogRecord, MapContext } from './contract.ts';
import { firstRecordOf } from './first-record.ts';
import {
  arrayOf,
  isObject,
  type JsonObject,
  objectOf,
  parsedOrText,
  restOf,
  secondsToMs,
  textOf,
} from './json-access.ts';
import { outcomeOfRun } from './run-outcome.ts';

/** `*.traj` of SWE-agent, from its first releases, with actions as text, to those with tool calls. */
export const sweAgent: LogFormat = {
  name: 'swe-agent',
  recognise: ({ values: [value] }) => isObject(value) && (isStepped(value) || isHistory(value)),
  identify: (sample) => ({ kin: [idOf(sample.path), firstRecordOf(sample)], rank: 0 }),
  open: (context) => ({ map: (record) => mapRun(context, record) }),
};

function idOf(path: string): string {
  return basename(path).replace(/\.traj(\.json)?$|\.json$/, '');
}

function isStepped({ trajectory }: JsonObject): boolean {
  return arrayOf(trajectory).some((step) => isObject(step) && 'action' in step && 'observation' in step);
}

function isHistory({ history }: JsonObject): boolean {
  const [first] = arrayOf(history);
  return isObject(first) && 'role' in first && ('agent' in first || 'message_type' in first);
}

function mapRun(context: MapContext, { value }: LogRecord): string | undefined {
  if (!isObject(value) || !(isStepped(value) || isHistory(value))) return 'not a trajectory';
  const session = context.session(idOf(context.path));
  const info = objectOf(value.info);
  const config = objectOf(parsedOrText(value.replay_config));
  const model = textOf(objectOf(objectOf(config.agent).model).name);
  const atMs = Math.round(context.mtimeMs);
  session.describe({
    agentName: 'swe-agent',
    agentVersion: textOf(info.swe_agent_version) ?? null,
    requestModel: model ?? null,
    startedAtMs: atMs,
    endedAtMs: atMs,
    metadata: {
      ...restOf(value, new Set(['trajectory', 'history', 'info'])),
      info: restOf(info, new Set(['submission'])) ?? {},
    },
  });
  const chat = new ChatWriter(session);
  const steps = arrayOf(value.trajectory).filter(isObject);
  if (isHistory(value)) mapHistory(chat, arrayOf(value.history).filter(isObject), steps, { atMs, model });
  else for (const step of steps) mapStep(chat, step, { atMs, model });
  outcomeOfRun(session, info, atMs);
  return undefined;
}

interface Facts {
  readonly atMs: number;
  readonly model: string | undefined;
}

/**
 * The messages; of each answer, the step that tells how long its action took and what state it left. A step that no message
 * tells of, as where its answer was refused and asked for again, comes before that of the next.
 */
function mapHistory(
  chat: ChatWriter,
  history: readonly JsonObject[],
  steps: readonly JsonObject[],
  facts: Facts,
): void {
  const said = new Set(history.flatMap(({ content, thought }) => [content, thought]));
  const writeUntold = (from: number, to: number) => {
    for (const it of steps.slice(from, to)) if (!said.has(answerOf(it))) mapUntold(chat, it, facts);
  };
  let next = 0;
  let step: JsonObject | undefined;
  for (const message of history) {
    const isDemo = message.is_demo === true;
    if (message.role === 'assistant') {
      const at = steps.findIndex((it, index) => index >= next && it.action === message.action);
      step = isDemo || at === -1 ? undefined : steps[at];
      if (step) writeUntold(next, at);
      if (step) next = at + 1;
      chat.message(message, { ...facts, isAnswered: !isDemo, calls: isDemo ? [] : actionCalls(message) });
    } else if (!isDemo && chat.hasOpenCalls() && (message.role === 'user' || message.role === 'tool')) {
      observe(chat, message, step, facts);
    } else chat.message(message, facts);
  }
  if (step && chat.hasOpenCalls()) observe(chat, { role: 'tool', content: step.observation }, step, facts);
  writeUntold(next, steps.length);
}

function answerOf(step: JsonObject): string {
  return textOf(step.response) ?? textOf(step.thought) ?? '';
}

/** Without an observation nothing was called. */
function mapUntold(chat: ChatWriter, step: JsonObject, facts: Facts): void {
  const rest = restOf(step, new Set(['observation', 'response', 'query', 'messages', 'tool_calls']));
  if (step.observation) mapStep(chat, step, facts);
  else chat.message({ ...rest, role: 'assistant', content: answerOf(step) }, facts);
}

function observe(chat: ChatWriter, message: JsonObject, step: JsonObject | undefined, facts: Facts): void {
  const durationMs = secondsToMs(step?.execution_time);
  const ids = arrayOf(message.tool_call_ids);
  const id = textOf(message.tool_call_id) ?? textOf(ids[0]);
  const metadata = restOf(
    step ?? {},
    new Set(['action', 'observation', 'response', 'thought', 'query', 'messages', 'execution_time']),
  );
  const result = {
    response: message.content ?? null,
    ...(durationMs !== undefined && { durationMs }),
    ...(metadata && { metadata }),
  };
  chat.result({ ...message, role: 'tool', ...(id && { tool_call_id: id }) }, result, facts);
}

/** A step stands for an answer and what came of it. */
function mapStep(chat: ChatWriter, step: JsonObject, facts: Facts): void {
  chat.message({ role: 'assistant', content: answerOf(step) }, { ...facts, calls: actionCalls(step) });
  if (chat.hasOpenCalls()) observe(chat, { role: 'tool', content: step.observation }, step, facts);
  else if (step.observation) chat.message({ role: 'user', content: step.observation }, facts);
}

/** An action is a line for SWE-agent's shell: its first word is the tool. */
function actionCalls(message: JsonObject): readonly ChatCall[] {
  const action = textOf(message.action);
  if (arrayOf(message.tool_calls).length > 0 || action === undefined || action.trim() === '') return [];
  return [{ name: action.trim().split(/\s/, 1)[0] ?? 'shell', arguments: action }];
}
