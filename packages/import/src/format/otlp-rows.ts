import { hash } from 'node:crypto';
import { type GenAiMessage, type GenAiRows, type GenAiSpan, mapGenAiSpan } from '@varve/schema';
import type { ModelCallRow, SessionWriter, ToolCallRow } from '../archive/index.ts';
import type { JsonObject } from './json-access.ts';
import type { ToldSession } from './otlp-traces.ts';
import { toldCall } from './varve-facts.ts';

/** The row of a model call, with what was said around it and not before. */
export function writeModelCall(
  session: SessionWriter,
  told: ToldSession,
  { modelCall, messages }: GenAiRows,
  span: GenAiSpan,
): void {
  const input = messages.filter(({ isOutput }) => !isOutput);
  const isNew = varveAttributes(span.attributes, 'varve.call.').input_is_new === true;
  for (const message of isNew ? input : told.said.takeNew(input, printOf)) {
    if (isNew) told.said.add(printOf(message));
    writeMessage(session, message, span.startMs);
  }
  const held = session.modelCall(textRow({ ...modelCall, ...toldOfCall(span) }) as ModelCallRow);
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

/** What was said after the last model call, which only our own exports tell. */
export function writeLastMessages(session: SessionWriter, told: ToldSession, span: GenAiSpan): void {
  const said = varveAttributes(span.attributes, 'varve.session.').last_messages;
  if (said === undefined) return;
  const attributes = { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.input.messages': said };
  for (const message of mapGenAiSpan({ ...span, attributes })?.messages ?? []) {
    told.said.add(printOf(message));
    writeMessage(session, message, span.endMs);
  }
}

function writeMessage(session: SessionWriter, { role, parts }: GenAiMessage, atMs: number): void {
  session.message({ role, parts: JSON.stringify(parts), createdAtMs: Math.round(atMs) });
}

/** Short, since there is one in memory for each message. */
function printOf({ role, parts }: GenAiMessage): string {
  return hash('sha256', JSON.stringify([role, parts]), 'base64');
}

export function writeToolCall(
  session: SessionWriter,
  told: ToldSession,
  call: object & { toolCallId?: string | null | undefined },
  span: GenAiSpan,
): void {
  const modelCallSeq = told.askedBy.get(call.toolCallId ?? '')?.seq ?? null;
  const row = textRow({ ...call, ...toldOfCall(span), modelCallSeq });
  session.settle(session.toolCall(row as ToolCallRow));
}

/** Of a span that we exported; it names a type of error also where the call has none, for those who know only that. */
function toldOfCall({ attributes }: GenAiSpan): object {
  const { errorType = null, ...told } = toldCall(varveAttributes(attributes, 'varve.call.'));
  return told.status === undefined ? told : { ...told, errorType };
}

/** Those of a prefix, by what stands behind it. */
export function varveAttributes(attributes: JsonObject, prefix: string): JsonObject {
  const own = Object.entries(attributes).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
}

/** The row with its JSON as text. */
function textRow(row: object): Record<string, unknown> {
  const entries = Object.entries(row).map(([key, value]) => {
    const isJson = value !== null && (typeof value === 'object' || key === 'arguments' || key === 'result');
    return [key, isJson ? JSON.stringify(value) : value];
  });
  return Object.fromEntries(entries);
}
