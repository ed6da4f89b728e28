import { createHash } from 'node:crypto';
import { type GenAiMessage, type GenAiRows, type GenAiSpan, mapGenAiSpan } from '@varve/schema';
import type { ModelCallRow, SessionWriter, ToolCallRow } from '../archive/index.ts';
import type { LogFormat, LogMapper, LogRecord, MapContext } from './contract.ts';
import { type JsonObject, textOf } from './json-access.ts';
import { groupsOf, spansOf } from './otlp-spans.ts';
import { ToldSession, type ToldSpan, Traces, type Waiting } from './otlp-traces.ts';

/** OTLP/JSON, a line an export or one document; of its spans those that follow the GenAI conventions. */
export const otlp: LogFormat = {
  name: 'otlp',
  recognise: ({ values }) => values.some((value) => groupsOf(value) !== undefined),
  isManifold: true,
  isKeyed: true,
  // Any two may hold spans of one trace, and only the last may name its conversation.
  identify: ({ values }) => ({
    kin: ['all'],
    rank: values.flatMap(spansOf).find(({ span }) => span.startMs > 0)?.span.startMs ?? 0,
  }),
  open: (context, saved) => new OtlpMapper(context, saved as SavedOtlp | undefined),
};

/** Spans of a trace whose conversation is not known yet wait, but not for ever. */
const mostWaiting = 10_000;

interface SavedOtlp {
  readonly atMs: number | undefined;
}

class OtlpMapper implements LogMapper {
  readonly #context: MapContext;
  readonly #traces: Traces;
  #atMs: number | undefined;
  #isByFile = false;

  constructor(context: MapContext, saved?: SavedOtlp) {
    this.#context = context;
    // What follows was read before, not knowing what is new here.
    if (context.family.isContinued && context.family.logsToCome > 0) context.readAnew();
    this.#traces = context.family.recall((traces) => new Traces(context, traces as never));
    this.#atMs = saved?.atMs;
  }

  save(): SavedOtlp | undefined {
    const isWhole = this.#context.family.logsToCome === 0 ? this.#traces.takeDown() : true;
    return isWhole && !this.#isByFile ? { atMs: this.#atMs } : undefined;
  }

  map({ value, bytes }: LogRecord): string | undefined {
    const spans = spansOf(value);
    if (spans.length === 0) return 'without spans';
    const whole = bytes ?? Buffer.from(JSON.stringify(value));
    let digest: string | undefined;
    let isRow = false;
    let isRepeated = false;
    for (const told of spans) {
      const it = { ...told, span: this.#withTime(told.span) };
      const rows = mapGenAiSpan(it.span);
      if (!rows) continue;
      digest ??= createHash('sha256').update(whole).digest('hex');
      const taken = this.#take({ it, rows, digest, sizeBytes: whole.length });
      isRow ||= taken;
      isRepeated ||= !taken;
    }
    if (isRow) return undefined;
    return isRepeated ? 'repeated' : 'without GenAI spans';
  }

  /** A span that does not tell its time is taken to follow the one before. */
  #withTime(span: GenAiSpan): GenAiSpan {
    const toldMs = span.startMs || span.endMs || this.#atMs;
    this.#isByFile ||= toldMs === undefined;
    const startMs = toldMs ?? Math.round(this.#context.mtimeMs);
    this.#atMs = startMs;
    return { ...span, startMs, endMs: span.endMs || startMs };
  }

  end(): void {
    if (this.#context.family.logsToCome === 0) this.#releaseAll();
  }

  /** Traces without a conversation are sessions of their own. */
  #releaseAll(): void {
    for (const traceId of [...this.#traces.waiting.keys()]) this.#release(traceId, traceId);
  }

  #take(told: ToldSpan): boolean {
    const { it, rows } = told;
    const { traceId } = it.span;
    const { conversations } = this.#traces;
    if (rows.conversationId !== undefined && !conversations.has(traceId))
      this.#release(traceId, rows.conversationId);
    const conversation = rows.conversationId ?? conversations.get(traceId);
    const one = { ...told, context: this.#context };
    if (conversation !== undefined) return this.#write(conversation, one);
    this.#traces.wait(one);
    if (this.#traces.waitingCount > mostWaiting) this.#releaseAll();
    return true;
  }

  #release(traceId: string, sessionId: string): void {
    const { conversations, waiting } = this.#traces;
    conversations.set(traceId, sessionId);
    if (sessionId !== traceId) this.#context.supersede(traceId);
    const released = waiting.get(traceId) ?? [];
    waiting.delete(traceId);
    this.#traces.waitingCount -= released.length;
    for (const one of released) this.#write(sessionId, one);
  }

  /** False for a span that was read before. */
  #write(sessionId: string, one: Waiting): boolean {
    const { context, it, rows } = one;
    const { span, resource } = it;
    const session = context.session(sessionId);
    const told = session.recall((saved) => new ToldSession(saved as never));
    context.tell(session, told.addRecord(one));
    if (!session.claim(`${span.traceId} ${span.spanId}`)) return false;
    this.#describe(session, span, rows, resource);
    if (rows.modelCall) writeModelCall(session, told, rows, span);
    else if (rows.toolCall) writeToolCall(session, told, rows.toolCall);
    else
      session.result({
        kind: rows.operation,
        name: span.name,
        value: JSON.stringify(span),
        createdAtMs: Math.round(span.startMs),
      });
    return true;
  }

  #describe(session: SessionWriter, span: GenAiSpan, rows: GenAiRows, resource: JsonObject): void {
    session.touch(Math.round(span.startMs));
    session.touch(Math.round(span.endMs));
    if (session.fact('agentName') === undefined) {
      session.describe({
        agentName: textOf(resource['service.name']) ?? 'unknown',
        agentVersion: textOf(resource['service.version']) ?? null,
        metadata: { resource },
      });
    }
    const { metadata: _metadata, id: _id, ...facts } = rows.session;
    const isNested = rows.operation !== 'invoke_agent' && session.fact('conversationId') !== undefined;
    if (!isNested) session.describe(facts);
    const model = rows.modelCall?.requestModel ?? rows.modelCall?.responseModel;
    if (model && session.fact('requestModel') === undefined)
      session.describe({ requestModel: model, providerName: rows.modelCall?.providerName ?? null });
  }
}

function writeModelCall(
  session: SessionWriter,
  told: ToldSession,
  { modelCall, messages }: GenAiRows,
  span: GenAiSpan,
): void {
  const input = messages.filter(({ isOutput }) => !isOutput);
  for (const { role, parts } of told.said.takeNew(input, printOf)) {
    session.message({ role, parts: JSON.stringify(parts), createdAtMs: Math.round(span.startMs) });
  }
  const held = session.modelCall(textRow(modelCall ?? {}) as ModelCallRow);
  session.settle(held);
  for (const it of messages.filter((it) => it.isOutput)) {
    told.said.add(printOf(it));
    session.message({
      role: it.role,
      parts: JSON.stringify(it.parts),
      createdAtMs: Math.round(span.endMs),
      modelCallSeq: held.seq,
    });
    for (const { type, id } of it.parts)
      if (type === 'tool_call' && typeof id === 'string') told.askedBy.set(id, held);
  }
}

function printOf({ role, parts }: GenAiMessage): unknown {
  return [role, parts];
}

function writeToolCall(
  session: SessionWriter,
  told: ToldSession,
  call: object & { toolCallId?: string | null | undefined },
): void {
  const modelCall = told.askedBy.get(call.toolCallId ?? '');
  session.settle(session.toolCall({ ...textRow(call), modelCallSeq: modelCall?.seq ?? null } as ToolCallRow));
}

/** The row with its JSON as text. */
function textRow(row: object): Record<string, unknown> {
  const entries = Object.entries(row).map(([key, value]) => {
    const isJson = value !== null && (typeof value === 'object' || key === 'arguments' || key === 'result');
    return [key, isJson ? JSON.stringify(value) : value];
  });
  return Object.fromEntries(entries);
}
