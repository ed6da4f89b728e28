import { createHash } from 'node:crypto';
import type { TrajectoryFormat } from './contract.ts';
import { type ExportedSession, jsonOf, type Row } from './read-session.ts';
import { toldOfCall, toldOfSession } from './told-facts.ts';

/**
 * OTLP/JSON lines after OpenTelemetry's GenAI conventions: a session is a trace of one `invoke_agent` span with a `chat` span
 * for each model call and an `execute_tool` span for each tool call. Ids are made of the session's id and the row's seq: the
 * same each time.
 */
export const otlpWriter: TrajectoryFormat = {
  name: 'otlp',
  file: 'spans.jsonl',
  write: (exported) => {
    const { session } = exported;
    const resource = attributesOf({
      'service.name': session.agent_name,
      'service.version': session.agent_version,
    });
    const { spans: ofModels, saidLast } = modelSpans(exported);
    // As spans end: children first. So what was said last is read last.
    const spans = [...ofModels, ...toolSpans(exported), agentSpan(session, saidLast)];
    return {
      resourceSpans: [
        { resource: { attributes: resource }, scopeSpans: [{ scope: { name: 'varve' }, spans }] },
      ],
    };
  },
};

function agentSpan(session: Row, saidLast: readonly object[]): object {
  return {
    ...ids(session.id, 0),
    name: `invoke_agent ${session.agent_name}`,
    kind: 1,
    ...times(Number(session.started_at_ms), Number(session.ended_at_ms ?? session.started_at_ms)),
    attributes: attributesOf({
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': session.agent_name,
      'gen_ai.agent.version': session.agent_version,
      'gen_ai.conversation.id': session.id,
      'gen_ai.provider.name': session.provider_name,
      'gen_ai.request.model': session.request_model,
      ...within('varve.session.', toldOfSession(session)),
      'varve.session.last_messages': saidLast.length > 0 ? JSON.stringify(saidLast) : undefined,
    }),
    status: session.status === 'failed' ? { code: 2 } : {},
  };
}

/** Each is told what was said since the one before: the conversation so far is the trace's. */
function modelSpans({ session, entries, modelCalls }: ExportedSession): {
  spans: object[];
  saidLast: object[];
} {
  const said = new Map<number, { input: object[]; output: object[] }>();
  let input: object[] = [];
  for (const entry of entries) {
    if (entry.kind !== 'message') continue;
    const seq = Number(entry.row.model_call_seq ?? Number.NaN);
    const message = { role: entry.row.role, parts: entry.parts };
    if (!modelCalls.has(seq)) {
      input.push(message);
      continue;
    }
    const told = said.get(seq) ?? { input, output: [] };
    if (!said.has(seq)) input = [];
    told.output.push(message);
    said.set(seq, told);
  }
  const spans = [...modelCalls.values()].map((call) => modelSpan(session, call, said.get(Number(call.seq))));
  return { spans, saidLast: input };
}

function modelSpan(session: Row, call: Row, said: { input: object[]; output: object[] } | undefined): object {
  const options = Object.entries((jsonOf(call.request_options) as Row | undefined) ?? {});
  return {
    ...ids(session.id, call.seq),
    parentSpanId: ids(session.id, 0).spanId,
    name: `${call.operation_name} ${call.request_model ?? call.response_model ?? ''}`.trim(),
    kind: 3,
    ...callTimes(call),
    attributes: attributesOf({
      'gen_ai.operation.name': call.operation_name,
      'gen_ai.conversation.id': session.id,
      'gen_ai.provider.name': call.provider_name,
      'gen_ai.request.model': call.request_model,
      'gen_ai.response.model': call.response_model,
      'gen_ai.response.id': call.response_id,
      'gen_ai.response.finish_reasons': jsonOf(call.finish_reasons),
      'gen_ai.usage.input_tokens': call.input_tokens,
      'gen_ai.usage.output_tokens': call.output_tokens,
      'gen_ai.usage.cache_read.input_tokens': call.cache_read_input_tokens,
      'gen_ai.usage.cache_creation.input_tokens': call.cache_creation_input_tokens,
      'gen_ai.usage.reasoning.output_tokens': call.reasoning_output_tokens,
      'gen_ai.usage.cost_usd': call.cost_usd,
      ...Object.fromEntries(options.map(([key, value]) => [`gen_ai.request.${key}`, value])),
      'gen_ai.input.messages': said && said.input.length > 0 ? JSON.stringify(said.input) : undefined,
      'gen_ai.output.messages': said ? JSON.stringify(said.output) : undefined,
      'error.type': call.error_type,
      ...within('varve.call.', toldOfCall(call)),
      'varve.call.input_is_new': said && said.input.length > 0 ? true : undefined,
    }),
    status: statusOf(call),
  };
}

function toolSpans({ session, entries }: ExportedSession): object[] {
  return entries.flatMap((entry) => {
    if (entry.kind !== 'toolCall') return [];
    const { row } = entry;
    return {
      ...ids(session.id, row.seq),
      parentSpanId: ids(session.id, 0).spanId,
      name: `execute_tool ${row.tool_name}`,
      kind: 1,
      ...callTimes(row),
      attributes: attributesOf({
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.conversation.id': session.id,
        'gen_ai.tool.name': row.tool_name,
        'gen_ai.tool.call.id': row.tool_call_id,
        'gen_ai.tool.call.arguments': row.arguments,
        'gen_ai.tool.call.result': row.result,
        'error.type': row.error_type ?? (row.status === 'ok' ? undefined : row.status),
        'mcp.server.name': row.mcp_server,
        ...within('varve.call.', toldOfCall(row)),
      }),
      status: statusOf(row),
    };
  });
}

function within(prefix: string, values: Row): Row {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}${key}`, value]));
}

function ids(sessionId: unknown, seq: unknown) {
  const hash = (text: string, length: number) =>
    createHash('sha256').update(text).digest('hex').slice(0, length);
  return { traceId: hash(String(sessionId), 32), spanId: hash(`${String(sessionId)} ${String(seq)}`, 16) };
}

function callTimes({ started_at_ms, duration_ms }: Row) {
  return times(Number(started_at_ms), Number(started_at_ms) + Number(duration_ms ?? 0));
}

function times(startMs: number, endMs: number) {
  return { startTimeUnixNano: nanosOf(startMs), endTimeUnixNano: nanosOf(endMs) };
}

/** As text, since numbers cannot hold them. */
function nanosOf(ms: number): string {
  return String(BigInt(Math.round(ms * 1000)) * 1000n);
}

function statusOf({ status, error_message: message }: Row): object {
  if (status === 'ok') return {};
  return { code: 2, ...(typeof message === 'string' && { message }) };
}

function attributesOf(values: Row): object[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [{ key, value: anyValue(value) }],
  );
}

function anyValue(value: unknown): object {
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number')
    return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  return { stringValue: typeof value === 'string' ? value : JSON.stringify(value) };
}
