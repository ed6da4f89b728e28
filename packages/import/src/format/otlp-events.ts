import { closeSync, openSync } from 'node:fs';
import type { GenAiSpanEvent } from '@varve/schema';
import { readElements, readLines } from '../log/index.ts';
import type { MapContext } from './contract.ts';
import { arrayOf, isObject, type JsonObject, objectOf, parsedOrText, textOf } from './json-access.ts';
import { attributesOf, inCamels, nanosToMs, otlpId, plainValue } from './otlp-spans.ts';

/** What some instrumentations tell of a span in records of their own: `gen_ai.choice`, an event for each message. */
export interface LoggedEvent {
  readonly traceId: string;
  readonly spanId: string;
  readonly event: GenAiSpanEvent;
  /** 0 where it does not tell. */
  readonly atMs: number;
}

const marks = ['"resourceLogs"', '"resource_logs"'].map((mark) => Buffer.from(mark));
/** An export begins with its kind. */
const markedBytes = 64;

/** All events that an export has as log records, in its order; undefined for an export of something else. */
export function loggedEvents(value: unknown): readonly LoggedEvent[] | undefined {
  const { resourceLogs, resource_logs: plain } = objectOf(value);
  const groups = resourceLogs ?? plain;
  if (!Array.isArray(groups)) return undefined;
  return groups
    .filter(isObject)
    .map(inCamels)
    .flatMap(({ scopeLogs }) => arrayOf(scopeLogs))
    .flatMap((scope) => arrayOf(inCamels(objectOf(scope)).logRecords))
    .filter(isObject)
    .flatMap((record) => eventOf(inCamels(record)) ?? []);
}

function eventOf(record: JsonObject): LoggedEvent | undefined {
  const attributes = attributesOf(record.attributes);
  const name = textOf(record.eventName) ?? textOf(attributes['event.name']) ?? '';
  if (!name.startsWith('gen_ai.')) return undefined;
  const [traceId, spanId] = [otlpId(record.traceId), otlpId(record.spanId)];
  const body = record.body === undefined ? undefined : parsedOrText(plainValue(record.body));
  const said = isObject(body) ? body : body === undefined ? {} : { content: body };
  const atMs = nanosToMs(record.timeUnixNano) || nanosToMs(record.observedTimeUnixNano);
  return { traceId, spanId, event: { name, attributes: { ...attributes, ...said } }, atMs };
}

/** Those of a whole log, before any of it is mapped: an event may stand before its span or behind it. */
export function* eventsIn({ path, sample }: MapContext): Generator<LoggedEvent> {
  if (sample.shape !== 'lines' && sample.shape !== 'array') {
    for (const value of sample.values) yield* loggedEvents(value) ?? [];
    return;
  }
  const file = openSync(path, 'r');
  try {
    for (const bytes of sample.shape === 'lines' ? linesIn(file) : readElements(file)) {
      const head = bytes.subarray(0, markedBytes);
      if (marks.some((mark) => head.includes(mark)))
        yield* loggedEvents(parsedOrText(bytes.toString())) ?? [];
    }
  } finally {
    closeSync(file);
  }
}

function* linesIn(file: number): Generator<Buffer> {
  for (const { bytes } of readLines(file)) yield bytes;
}
