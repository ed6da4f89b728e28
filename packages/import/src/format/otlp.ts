import { createHash, hash } from 'node:crypto';
import { basename } from 'node:path';
import { type GenAiRows, type GenAiSpan, mapGenAiSpan } from '@varve/schema';
import type { SessionWriter } from '../archive/index.ts';
import type { LogFormat, LogMapper, LogRecord, MapContext } from './contract.ts';
import { type JsonObject, textOf } from './json-access.ts';
import { eventsIn, loggedEvents } from './otlp-events.ts';
import { varveAttributes, writeLastMessages, writeModelCall, writeToolCall } from './otlp-rows.ts';
import { groupsOf, spansOf } from './otlp-spans.ts';
import type { ToldSpan, Waiting } from './otlp-told.ts';
import { ToldSession, Traces } from './otlp-traces.ts';
import { toldSession } from './varve-facts.ts';

/** OTLP/JSON, a line an export or one document; of its spans those that follow the GenAI conventions. */
export const otlp: LogFormat = {
  name: 'otlp',
  recognise: ({ values }) => values.some((value) => groupsOf(value) !== undefined || isOfEvents(value)),
  isManifold: true,
  isKeyed: true,
  // Any two may hold spans of one trace, and only the last may name its conversation.
  identify: ({ values }) => ({
    kin: ['all'],
    rank: values.flatMap(spansOf).find(({ span }) => span.startMs > 0)?.span.startMs ?? 0,
  }),
  open: (context, saved) => new OtlpMapper(context, saved as SavedOtlp | undefined),
};

/** Such a log has no spans of its own, and is read before those that have. */
function isOfEvents(value: unknown): boolean {
  return (loggedEvents(value)?.length ?? 0) > 0;
}

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
    for (const event of eventsIn(context)) {
      // A span that was read before may have been without it.
      if (context.family.isContinued) context.readAnew();
      this.#traces.addEvent(event);
    }
  }

  save(): SavedOtlp | undefined {
    const isWhole = this.#context.family.logsToCome === 0 ? this.#traces.takeDown() : true;
    return isWhole && !this.#isByFile ? { atMs: this.#atMs } : undefined;
  }

  map({ value, bytes }: LogRecord): string | undefined {
    const spans = spansOf(value);
    if (spans.length === 0) return isOfEvents(value) ? undefined : 'without spans';
    const whole = bytes ?? Buffer.from(JSON.stringify(value));
    const ownBytes = Math.ceil(whole.length / spans.length);
    let digest: string | undefined;
    let isRow = false;
    let isRepeated = false;
    for (const told of spans) {
      const known = this.#withIds(told.span);
      const span = this.#traces.withEvents(known);
      const it = { ...told, span: this.#withTime(span) };
      const rows = mapGenAiSpan(it.span);
      if (!rows) continue;
      digest ??= digestOf(whole);
      const isApart = span !== known;
      if (isApart) this.#traces.forgetEvents(span);
      const said = isApart ? JSON.stringify(span.events) : '';
      const taken = this.#take({
        ...{ it, rows, sizeBytes: whole.length, ownBytes: ownBytes + said.length },
        digest: isApart ? digestOf(digest, said) : digest,
      });
      isRow ||= taken;
      isRepeated ||= !taken;
    }
    if (isRow) return undefined;
    return isRepeated ? 'repeated' : 'without GenAI spans';
  }

  /** Spans without ids are of a trace that is named after its log, and told apart by what they say. */
  #withIds(span: GenAiSpan): GenAiSpan {
    if (span.traceId !== '' && span.spanId !== '') return span;
    const spanId = span.spanId || digestOf(JSON.stringify(span));
    return { ...span, traceId: span.traceId || this.#name, spanId };
  }

  /** Of what has no trace. */
  get #name(): string {
    return basename(this.#context.path).replace(/\.jsonl?$/, '');
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
    if (this.#context.family.logsToCome > 0) return;
    this.#releaseAll();
    for (const { traceId, event, atMs } of this.#traces.lostEvents()) {
      const trace = traceId || this.#name;
      const session = this.#context.session(this.#traces.conversations.get(trace) ?? trace);
      const createdAtMs = Math.round(atMs || this.#context.mtimeMs);
      session.touch(createdAtMs);
      const value = JSON.stringify(event.attributes);
      session.result({ kind: 'event', name: event.name, value, createdAtMs });
    }
  }

  /** Traces without a conversation are sessions of their own. */
  #releaseAll(): void {
    for (const traceId of this.#traces.waiting.traceIds) this.#release(traceId, traceId);
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
    this.#traces.waiting.add(one);
    if (this.#traces.waiting.count > mostWaiting) this.#releaseAll();
    return true;
  }

  #release(traceId: string, sessionId: string): void {
    const { conversations, waiting } = this.#traces;
    conversations.set(traceId, sessionId);
    if (sessionId !== traceId) this.#context.supersede(traceId);
    for (const one of waiting.take(traceId)) this.#write(sessionId, one);
  }

  /** False for a span that was read before. */
  #write(sessionId: string, one: Waiting): boolean {
    const { context, it, rows } = one;
    const { span, resource } = it;
    const session = context.session(sessionId);
    const told = session.recall((saved) => new ToldSession(saved as never));
    context.tell(session, told.addRecord(one));
    if (!session.claim(uuidOf(`${span.traceId} ${span.spanId}`))) return false;
    this.#describe(session, span, rows, resource);
    if (rows.modelCall) writeModelCall(session, told, rows, span);
    else if (rows.toolCall) writeToolCall(session, told, rows.toolCall, span);
    else
      session.result({
        kind: rows.operation,
        name: span.name,
        value: JSON.stringify(span),
        createdAtMs: Math.round(span.startMs),
      });
    writeLastMessages(session, told, span);
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
    session.describe(toldSession(varveAttributes(span.attributes, 'varve.session.')));
    const model = rows.modelCall?.requestModel ?? rows.modelCall?.responseModel;
    if (model && session.fact('requestModel') === undefined)
      session.describe({ requestModel: model, providerName: rows.modelCall?.providerName ?? null });
  }
}

function digestOf(...texts: readonly (Buffer | string)[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text);
  return hash.digest('hex');
}

/** A key in the form that takes the least memory. */
function uuidOf(key: string): string {
  const hex = hash('sha256', key, 'hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
