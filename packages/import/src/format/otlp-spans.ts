import type { GenAiSpan } from '@varve/schema';
import { arrayOf, isObject, type JsonObject, objectOf, textOf } from './json-access.ts';

export interface ResourceSpan {
  readonly span: GenAiSpan;
  readonly resource: JsonObject;
}

/** All spans of an export, in its order. Source: opentelemetry-proto, trace.proto, in its JSON encoding. */
export function spansOf(value: unknown): readonly ResourceSpan[] {
  return arrayOf(objectOf(value).resourceSpans).flatMap((group) => {
    const { resource, scopeSpans, instrumentationLibrarySpans } = objectOf(group);
    const attributes = attributesOf(objectOf(resource).attributes);
    const scopes = arrayOf(scopeSpans ?? instrumentationLibrarySpans);
    const spans = scopes.flatMap((scope) => arrayOf(objectOf(scope).spans)).filter(isObject);
    return spans.map((span) => ({ span: spanOf(span), resource: attributes }));
  });
}

function spanOf(span: JsonObject): GenAiSpan {
  const { code, message } = objectOf(span.status);
  return {
    traceId: textOf(span.traceId) ?? '',
    spanId: textOf(span.spanId) ?? '',
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

/** Nanoseconds are texts, since numbers cannot hold them. */
function nanosToMs(value: unknown): number {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '0';
  if (!/^\d{1,20}$/.test(text)) return 0;
  return text.length > 15 ? Number(text.slice(0, -3)) / 1000 : Number(text) / 1e6;
}

function attributesOf(list: unknown): JsonObject {
  const entries = arrayOf(list)
    .filter(isObject)
    .map(({ key, value }) => [String(key), plainValue(value)]);
  return Object.fromEntries(entries);
}

function plainValue(value: unknown): unknown {
  const { stringValue, intValue, doubleValue, boolValue, arrayValue, kvlistValue, bytesValue } =
    objectOf(value);
  if (stringValue !== undefined) return stringValue;
  if (intValue !== undefined) return Number(intValue);
  if (doubleValue !== undefined) return Number(doubleValue);
  if (boolValue !== undefined) return boolValue;
  if (arrayValue !== undefined) return arrayOf(objectOf(arrayValue).values).map(plainValue);
  if (kvlistValue !== undefined) return attributesOf(objectOf(kvlistValue).values);
  return bytesValue ?? null;
}
