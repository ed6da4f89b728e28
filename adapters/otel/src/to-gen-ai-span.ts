import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { GenAiSpan } from '@varve/schema';

/** `SpanStatusCode.ERROR`, by its number: nothing of OpenTelemetry is loaded by us. */
const errorCode = 2;

export function toGenAiSpan(span: ReadableSpan): GenAiSpan {
  const { traceId, spanId } = span.spanContext();
  return {
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    name: span.name,
    startMs: toMs(span.startTime),
    endMs: toMs(span.endTime),
    attributes: span.attributes,
    events: span.events.map(({ name, attributes = {} }) => ({ name, attributes })),
    isError: span.status.code === errorCode,
    statusMessage: span.status.message,
  };
}

function toMs([seconds, nanoseconds]: ReadableSpan['startTime']): number {
  return seconds * 1000 + nanoseconds / 1e6;
}
