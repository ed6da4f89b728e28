import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { SessionWriter } from '../archive/index.ts';
import { chatUsage } from './chat-parts.ts';
import { ChatWriter } from './chat-writer.ts';
import type { LogFormat, LogMapper, LogRecord, MapContext } from './contract.ts';
import { firstRecordOf } from './first-record.ts';
import {
  arrayOf,
  isObject,
  type JsonObject,
  numberOf,
  objectOf,
  restOf,
  textOf,
  timeOf,
} from './json-access.ts';
import { messagesOfTicks } from './tau-ticks.ts';

/** The results of τ-bench: an array with an element a trial; and of τ²-bench, a document of simulations. */
export const tauBench: LogFormat = {
  name: 'tau-bench',
  isManifold: true,
  recognise: ({ values: [value] }) => isObject(value) && (isTrial(value) || isSimulations(value)),
  identify: (sample) => ({ kin: [firstRecordOf(sample)], rank: 0 }),
  open: (context) => new TauMapper(context),
};

/** Of τ-bench, or a simulation of its successor in a file of its own. */
function isTrial(value: unknown): boolean {
  if (!isObject(value) || !('task_id' in value)) return false;
  const isSimulation = 'termination_reason' in value || 'reward_info' in value;
  return Array.isArray(value.traj) || (isSimulation && hasTurns(value));
}

/** Where both speak at once, a simulation has ticks. */
function hasTurns({ messages, ticks }: JsonObject): boolean {
  return Array.isArray(messages) || Array.isArray(ticks);
}

function isSimulations(value: JsonObject): boolean {
  return arrayOf(value.simulations).some((it) => isObject(it) && 'task_id' in it && hasTurns(it));
}

class TauMapper implements LogMapper {
  readonly #context: MapContext;
  readonly #stem: string;

  constructor(context: MapContext) {
    this.#context = context;
    this.#stem = basename(context.path).replace(/\.jsonl?$/, '');
  }

  map({ value, bytes }: LogRecord): string | undefined {
    if (!isObject(value)) return 'not a trial';
    if (isSimulations(value)) this.#mapSimulations(value);
    else if (isTrial(value)) this.#mapTrial(value, bytes ?? Buffer.from(JSON.stringify(value)), {});
    else return 'not a trial';
    return undefined;
  }

  #mapSimulations({ simulations, info }: JsonObject): void {
    const agent = objectOf(objectOf(info).agent_info);
    const facts = { model: textOf(agent.llm), domain: objectOf(objectOf(info).environment_info).domain_name };
    for (const trial of arrayOf(simulations).filter(isObject)) {
      this.#mapTrial(trial, Buffer.from(JSON.stringify(trial)), facts);
    }
  }

  #mapTrial(
    trial: JsonObject,
    bytes: Buffer,
    { model, domain }: { model?: string | undefined; domain?: unknown },
  ): void {
    const session = this.#context.session(
      `${this.#stem}-${String(trial.task_id)}-${String(trial.trial ?? 0)}`,
    );
    const startedAtMs = timeOf(trial.start_time) ?? Math.round(this.#context.mtimeMs);
    session.describe({
      agentName: 'tau-bench',
      startedAtMs,
      endedAtMs: timeOf(trial.end_time) ?? startedAtMs,
      title: `task ${String(trial.task_id)}, trial ${String(trial.trial ?? 0)}`,
      ...(model && { requestModel: model }),
      metadata: { ...restOf(trial, turns), ...(domain !== undefined && { domain }) },
    });
    const chat = new ChatWriter(session);
    for (const message of this.#messagesOf(trial, session, startedAtMs)) {
      for (const one of isObject(arrayOf(message.tool_messages)[0])
        ? arrayOf(message.tool_messages).filter(isObject)
        : [message]) {
        writeTauMessage(chat, one, timeOf(one.timestamp) ?? startedAtMs, model);
      }
    }
    const status = chat.hasOpenCalls() ? 'interrupted' : 'completed';
    session.describe({ status: hasFailed(trial) ? 'failed' : status });
    this.#context.close(session, {
      hash: createHash('sha256').update(bytes).digest('hex'),
      sizeBytes: bytes.length,
      lastRecordKey: `task ${String(trial.task_id)}, trial ${String(trial.trial ?? 0)}`,
    });
  }

  /** Ticks are kept whole too: what was said when is told nowhere else. */
  #messagesOf(trial: JsonObject, session: SessionWriter, atMs: number): readonly JsonObject[] {
    const messages = arrayOf(trial.traj ?? trial.messages).filter(isObject);
    const ticks = arrayOf(trial.ticks).filter(isObject);
    if (ticks.length === 0) return messages;
    const value = JSON.stringify(ticks);
    session.result({
      kind: 'tau_ticks',
      name: 'ticks',
      value,
      createdAtMs: timeOf(ticks[0]?.timestamp) ?? atMs,
    });
    return messages.length > 0 ? messages : messagesOfTicks(ticks);
  }
}

const turns = new Set(['traj', 'messages', 'ticks']);

/** It broke off: one of the two that speak ends a simulation that does not. */
function hasFailed({ info, termination_reason: reason }: JsonObject): boolean {
  return (
    textOf(objectOf(info).error) !== undefined || (typeof reason === 'string' && !reason.endsWith('_stop'))
  );
}

function writeTauMessage(
  chat: ChatWriter,
  message: JsonObject,
  atMs: number,
  model: string | undefined,
): void {
  const cost = numberOf(message.cost);
  const usage = { ...chatUsage(objectOf(message.usage)), ...(cost !== undefined && { costUsd: cost }) };
  if (message.role !== 'tool') {
    chat.message(message, { atMs, model, usage });
    return;
  }
  const { content } = message;
  const isError = message.error === true || (typeof content === 'string' && content.startsWith('Error: '));
  const failure = { status: 'error', errorType: 'tool_error', errorMessage: String(content) } as const;
  chat.result(message, { response: content, ...(isError && failure) }, { atMs });
}
