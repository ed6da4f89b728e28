import type { GenAiSpan } from '@varve/schema';
import { arrayOf, isObject, type JsonObject, objectOf, textOf } from './json-access.ts';

export interface ResourceSpan {
  readonly span: GenAiSpan;
  readonly resource: JsonObject;
}

/**
 * The groups of spans of an export. Tempo calls them batches, and its answers have them a level deeper; what is written with
 * protobuf's own names has underscores.
 */
export function groupsOf(value: unknown): readonly JsonObject[] | undefined {
  const { resourceSpans, resource_spans: plain, batches, trace } = objectOf(value);
  const groups = resourceSpans ?? plain ?? batches;
  if (!Array.isArray(groups)) return isObject(trace) ? groupsOf({ ...trace, trace: undefined }) : undefined;
  const all = groups.filter(isObject).map(inCamels);
  const isExport = batches === undefined || all.some((it) => scopesOf(it).length > 0);
  return isExport ? all : undefined;
}

function scopesOf({ scopeSpans, instrumentationLibrarySpans }: JsonObject): readonly unknown[] {
  return arrayOf(scopeSpans ?? instrumentationLibrarySpans);
}

/** All spans of an export, in its order. Source: opentelemetry-proto, trace.proto, in its JSON encoding. */
export function spansOf(value: unknown): readonly ResourceSpan[] {
  return (groupsOf(value) ?? []).flatMap((group) => {
    const attributes = attributesOf(objectOf(group.resource).attributes);
    const spans = scopesOf(group).flatMap((scope) => arrayOf(objectOf(scope).spans));
    return spans.filter(isObject).map((span) => ({ span: spanOf(inCamels(span)), resource: attributes }));
  });
}

/** `trace_id` as `traceId`; only copied where there is such a name. */
export function inCamels(object: JsonObject): JsonObject {
  const names = Object.keys(object);
  if (!names.some((name) => name.includes('_'))) return object;
  const entries = names.map((name) => [
    name.replace(/_(\w)/g, (_, it: string) => it.toUpperCase()),
    object[name],
  ]);
  return Object.fromEntries(entries);
}

function spanOf(span: JsonObject): GenAiSpan {
  const { code, message } = objectOf(span.status);
  return {
    traceId: otlpId(span.traceId),
    spanId: otlpId(span.spanId),
    parentSpanId: textOf(span.parentSpanId),
    name: textOf(span.name) ?? '',
    startMs: nanosToMs(span.startTimeUnixNano),
    endMs: nanosToMs(span.endTimeUnixNano ?? span.startTimeUnixNano),
    attributes: attributesOf(span.attributes),
    events: arrayOf(span.events)
      .filter(isObject)
      .map((it) => ({ name: textOf(it.name) ?? '', attributes: attributesOf(it.attributes) })),
    isError: code === 2 || code === 'STATUS_CODE_ERROR',
    statusMessage: textOf(message),
  };
}

/** Empty for what is none: OpenTelemetry has zeros for it. */
export function otlpId(value: unknown): string {
  const id = textOf(value) ?? '';
  return /^0*$/.test(id) ? '' : id;
}

/** Nanoseconds are texts, since numbers cannot hold them. */
export function nanosToMs(value: unknown): number {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '0';
  if (!/^\d{1,20}$/.test(text)) return 0;
  return text.length > 15 ? Number(text.slice(0, -3)) / 1000 : Number(text) / 1e6;
}

export function attributesOf(list: unknown): JsonObject {
  const entries = arrayOf(list)
    .filter(isObject)
    .map(({ key, value }) => [String(key), plainValue(value)]);
  return Object.fromEntries(entries);
}

export function plainValue(value: unknown): unknown {
  const { stringValue, intValue, doubleValue, boolValue, arrayValue, kvlistValue, bytesValue } = inCamels(
    objectOf(value),
  );
  if (stringValue !== undefined) return stringValue;
  if (intValue !== undefined) return Number(intValue);
  if (doubleValue !== undefined) return Number(doubleValue);
  if (boolValue !== undefined) return boolValue;
  if (arrayValue !== undefined) return arrayOf(objectOf(arrayValue).values).map(plainValue);
  if (kvlistValue !== undefined) return attributesOf(objectOf(kvlistValue).values);
  return bytesValue ?? null;
}
