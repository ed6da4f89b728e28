import { createHash } from 'node:crypto';
import { SaidSoFar } from '@varve/core/internal';
import { type GenAiSpan, mapGenAiSpan } from '@varve/schema';
import type { HeldRow, Memory } from '../archive/index.ts';
import type { LogPart, MapContext } from './contract.ts';
import type { LoggedEvent } from './otlp-events.ts';
import { Scratch } from './otlp-scratch.ts';
import type { KeptSpan, Waiting } from './otlp-told.ts';
import { WaitingSpans } from './otlp-waiting.ts';

interface SavedTraces {
  readonly conversations: ReadonlyMap<string, string>;
  readonly waiting: readonly KeptSpan[];
}

/** Beyond so many, logs that have grown are read whole. */
const mostTraces = 400_000;
const mostWaitingBytes = 1 << 25;

/** What is known of traces, from one log to the next. Where events are told apart from their spans, no import goes on. */
export class Traces implements Memory {
  readonly conversations: Map<string, string>;
  readonly waiting = new WaitingSpans(() => this.#scratch);
  #hasEvents = false;
  #openScratch: Scratch | undefined;
  #saved: SavedTraces | undefined;

  /** @param context Of the first log that is read now. */
  constructor(context: MapContext, saved?: SavedTraces) {
    this.conversations = new Map(saved?.conversations);
    for (const { path, ...span } of saved?.waiting ?? []) {
      const rows = mapGenAiSpan(span.it.span);
      // Its log is not read this time, so that nothing could be said of it.
      if (path !== context.path || !rows) context.readAnew();
      this.waiting.add({ ...span, rows, context });
    }
  }

  get #scratch(): Scratch {
    this.#openScratch ??= new Scratch();
    return this.#openScratch;
  }

  /** Told apart from its span, which has not been met yet. An event that was exported again counts once. */
  addEvent(event: LoggedEvent): void {
    this.#hasEvents = true;
    this.#scratch.addEvent(event);
  }

  /** A span with the events that were told apart from it. */
  withEvents(span: GenAiSpan): GenAiSpan {
    const told = this.#hasEvents ? this.#scratch.eventsOf(keyOf(span)) : [];
    return told.length === 0
      ? span
      : { ...span, events: [...(span.events ?? []), ...told.map(({ event }) => event)] };
  }

  forgetEvents(span: GenAiSpan): void {
    this.#scratch.forgetEvents(keyOf(span));
  }

  /** Of spans that are told nowhere, when all are told. */
  lostEvents(): Iterable<LoggedEvent> {
    return this.#hasEvents ? this.#scratch.events() : [];
  }

  /** Takes down how things stand, before all that waits is released; false where that is too much. */
  takeDown(): boolean {
    const isTooMuch = this.waiting.sizeBytes > mostWaitingBytes || this.conversations.size > mostTraces;
    // An event that comes later may be of any span that was read.
    if (this.#hasEvents || isTooMuch) return false;
    this.#saved = { conversations: new Map(this.conversations), waiting: this.waiting.list() };
    return true;
  }

  save(): SavedTraces | undefined {
    return this.#saved;
  }

  close(): void {
    this.#openScratch?.close();
  }
}

function keyOf({ traceId, spanId }: GenAiSpan): string {
  return `${traceId} ${spanId}`;
}

interface SavedTold {
  readonly said: ReadonlyMap<string, number>;
  readonly askedBy: ReadonlyMap<string, HeldRow>;
  readonly parts: ReadonlyMap<string, Part>;
}

interface Part extends LogPart {
  readonly lastDigest: string;
}

/** What is known of a session from one span to the next. */
export class ToldSession implements Memory {
  readonly said: SaidSoFar;
  /** The model call that asked for a tool call, by its id. */
  readonly askedBy: Map<string, HeldRow>;
  /** By the paths of the logs. */
  readonly #parts: Map<string, Part>;

  constructor(saved?: SavedTold) {
    this.said = new SaidSoFar(saved?.said);
    this.askedBy = new Map(saved?.askedBy);
    this.#parts = new Map(saved?.parts);
  }

  /** The records of a log that tell of the session, with one more; their hash goes on from that of those before. */
  addRecord({ context, it: { span }, digest, sizeBytes }: Waiting): LogPart {
    const before = this.#parts.get(context.path);
    const isSame = before?.lastDigest === digest;
    const part = {
      hash: isSame
        ? before.hash
        : createHash('sha256')
            .update(before?.hash ?? '')
            .update(digest)
            .digest('hex'),
      sizeBytes: (before?.sizeBytes ?? 0) + (isSame ? 0 : sizeBytes),
      lastRecordKey: `${span.traceId} ${span.spanId}`,
      lastDigest: digest,
    };
    this.#parts.set(context.path, part);
    const { lastDigest: _last, ...told } = part;
    return told;
  }

  save(): SavedTold {
    const askedBy = [...this.askedBy].map(([id, { seq }]) => [id, { seq }] as const);
    return { said: this.said.save(), askedBy: new Map(askedBy), parts: this.#parts };
  }
}
