import { claudeUsage, greatestUsage, inferencesBeside, type Usage } from './claude-usage.ts';
import { isObject, type JsonObject, objectOf, textOf } from './json-access.ts';
import type { TranscriptRow, TranscriptWriter } from './transcript-writer.ts';

export interface ModelCall {
  readonly held: TranscriptRow;
  usage: Usage;
  /** Of the inferences beside the answer's own. */
  beside?: TranscriptRow[];
}

export type SavedModelCalls = ReadonlyMap<string, ModelCall>;

/** What Claude Code names as the model of what no model has said. */
export const noModel = '<synthetic>';
/** Lines of one answer lie near each other: of so many answers the oldest has no more to come. */
const mostModelCalls = 1 << 15;

/** The requests of one conversation to models. */
export class ClaudeModelCalls {
  readonly #calls: Map<string, ModelCall>;

  constructor(saved?: SavedModelCalls) {
    this.#calls = new Map(saved);
  }

  save(): SavedModelCalls {
    return new Map(
      [...this.#calls].map(([id, { held, usage, beside }]) => {
        const saved = { held: { seq: held.seq }, usage };
        return [id, beside ? { ...saved, beside: beside.map(({ seq }) => ({ seq })) } : saved] as const;
      }),
    );
  }

  /** One request to the model is logged in as many lines as its answer has blocks. */
  of(
    session: TranscriptWriter,
    record: JsonObject,
    message: JsonObject,
    atMs: number,
  ): ModelCall | undefined {
    const model = textOf(message.model);
    if (model === noModel || (model === undefined && !isObject(message.usage))) return undefined;
    const usage = claudeUsage(objectOf(message.usage));
    const key = `${String(message.id ?? record.uuid)} ${String(record.requestId ?? '')}`;
    const known = this.#calls.get(key);
    if (known) {
      const isGreater = (usage.outputTokens ?? 0) > (known.usage.outputTokens ?? 0);
      known.usage = greatestUsage(known.usage, usage);
      const metadata = isGreater ? { metadata: requestOf(record, message) } : {};
      session.changeModelCall(known.held, { ...known.usage, ...finish(message), ...metadata });
      this.#tellBeside(session, key, record, message, atMs);
      return known;
    }
    const held = session.modelCall({
      providerName: providerOf(message.id),
      responseModel: model ?? null,
      responseId: textOf(message.id) ?? null,
      status: 'ok',
      startedAtMs: atMs,
      ...usage,
      ...finish(message),
      metadata: requestOf(record, message),
    });
    if (session.fact('requestModel') === undefined && model) session.describe({ requestModel: model });
    const call = { held, usage };
    this.#calls.set(key, call);
    if (this.#calls.size > mostModelCalls) this.#calls.delete(this.#calls.keys().next().value ?? '');
    this.#tellBeside(session, key, record, message, atMs);
    return call;
  }

  /** What another model was asked on the way, or this one to sum up, is paid for and not in the answer's usage. */
  #tellBeside(
    session: TranscriptWriter,
    key: string,
    record: JsonObject,
    message: JsonObject,
    atMs: number,
  ): void {
    const inferences = inferencesBeside(objectOf(message.usage));
    const call = this.#calls.get(key);
    if (inferences.length === 0 || !call) return;
    const rows = call.beside ?? [];
    for (const [at, iteration] of inferences.entries()) {
      const row = rows[at];
      if (row) session.changeModelCall(row, claudeUsage(iteration));
      else
        rows.push(
          session.modelCall({
            providerName: providerOf(message.id),
            responseModel: textOf(iteration.model) ?? textOf(message.model) ?? null,
            responseId: textOf(message.id) ?? null,
            status: 'ok',
            startedAtMs: atMs,
            ...claudeUsage(iteration),
            metadata: JSON.stringify({ requestId: record.requestId, iteration }),
          }),
        );
    }
    call.beside = rows;
  }
}

function requestOf({ requestId }: JsonObject, { usage }: JsonObject): string {
  return JSON.stringify({ requestId, usage });
}

function finish(message: JsonObject) {
  return typeof message.stop_reason === 'string'
    ? { finishReasons: JSON.stringify([message.stop_reason]) }
    : {};
}

function providerOf(id: unknown): string {
  if (typeof id !== 'string') return 'anthropic';
  if (id.startsWith('msg_bdrk')) return 'aws.bedrock';
  return id.startsWith('msg_vrtx') ? 'gcp.vertex_ai' : 'anthropic';
}
