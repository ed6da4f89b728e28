import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { SaidSoFar } from '@varve/core/internal';
import type { GenAiRows, GenAiSpan } from '@varve/schema';
import type { HeldRow, Memory } from '../archive/index.ts';
import type { LogPart, MapContext } from './contract.ts';
import type { LoggedEvent } from './otlp-events.ts';
import type { ResourceSpan } from './otlp-spans.ts';

/** A span with the record in which it stands. */
export interface ToldSpan {
  readonly it: ResourceSpan;
  readonly rows: GenAiRows;
  /** SHA-256 of the record. */
  readonly digest: string;
  readonly sizeBytes: number;
}

export interface Waiting extends ToldSpan {
  /** Of the log in which it stands. */
  readonly context: MapContext;
}

interface SavedTraces {
  readonly conversations: ReadonlyMap<string, string>;
  readonly waiting: readonly (ToldSpan & { readonly path: string })[];
}

/** Beyond so many, logs that have grown are read whole. */
const mostTraces = 400_000;
const mostWaitingBytes = 1 << 25;

/** What is known of traces, from one log to the next. Where events are told apart from their spans, no import goes on. */
export class Traces implements Memory {
  readonly conversations: Map<string, string>;
  readonly waiting = new Map<string, Waiting[]>();
  waitingCount = 0;
  /** Told apart from their spans, by these, which have not been met yet. */
  readonly #events = new Map<string, LoggedEvent[]>();
  #hasEvents = false;
  #saved: SavedTraces | undefined;

  /** @param context Of the first log that is read now. */
  constructor(context: MapContext, saved?: SavedTraces) {
    this.conversations = new Map(saved?.conversations);
    for (const { path, ...span } of saved?.waiting ?? []) {
      // Its log is not read this time, so that nothing could be said of it.
      if (path !== context.path) context.readAnew();
      this.wait({ ...span, context });
    }
  }

  wait(span: Waiting): void {
    const { traceId } = span.it.span;
    const others = this.waiting.get(traceId);
    if (others) others.push(span);
    else this.waiting.set(traceId, [span]);
    this.waitingCount++;
  }

  /** An event that was exported again counts once. */
  addEvents(events: readonly LoggedEvent[]): void {
    this.#hasEvents ||= events.length > 0;
    for (const event of events) {
      const key = `${event.traceId} ${event.spanId}`;
      const others = this.#events.get(key);
      if (!others) this.#events.set(key, [event]);
      else if (!others.some((it) => isDeepStrictEqual(it, event))) others.push(event);
    }
  }

  /** A span with the events that were told apart from it. */
  withEvents(span: GenAiSpan): GenAiSpan {
    const told = this.#events.get(`${span.traceId} ${span.spanId}`);
    return told === undefined
      ? span
      : { ...span, events: [...(span.events ?? []), ...told.map(({ event }) => event)] };
  }

  forgetEvents({ traceId, spanId }: GenAiSpan): void {
    this.#events.delete(`${traceId} ${spanId}`);
  }

  /** Of spans that are told nowhere. */
  takeEvents(): readonly LoggedEvent[] {
    const events = [...this.#events.values()].flat();
    this.#events.clear();
    return events;
  }

  /** Takes down how things stand, before all that waits is released; false where that is too much. */
  takeDown(): boolean {
    const all = [...this.waiting.values()].flat();
    const sizeBytes = all.reduce((sum, it) => sum + it.sizeBytes, 0);
    // An event that comes later may be of any span that was read.
    if (this.#hasEvents || sizeBytes > mostWaitingBytes || this.conversations.size > mostTraces) return false;
    const waiting = all.map(({ context, ...span }) => ({ ...span, path: context.path }));
    this.#saved = { conversations: new Map(this.conversations), waiting };
    return true;
  }

  save(): SavedTraces | undefined {
    return this.#saved;
  }
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
