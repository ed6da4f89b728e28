import { hash } from 'node:crypto';
import type { GenAiMessage, GenAiRows, GenAiSpan } from '@varve/schema';
import type { ModelCallRow, SessionWriter, ToolCallRow } from '../archive/index.ts';
import type { ToldSession } from './otlp-traces.ts';

/** The row of a model call, with what was said around it and not before. */
export function writeModelCall(
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

/** Short, since there is one in memory for each message. */
function printOf({ role, parts }: GenAiMessage): string {
  return hash('sha256', JSON.stringify([role, parts]), 'base64');
}

export function writeToolCall(
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
