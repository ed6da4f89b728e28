import type { RecordValues } from '@varve/core';
import { messageParts } from './message-parts.ts';
import type { StandardTables } from './standard-tables.ts';
import type { OperationStart } from './telemetry-events.ts';

type Row = Readonly<Record<string, unknown>>;
export type MessageRow = RecordValues<StandardTables['messages']>;

export function rowOf({ role, content }: { readonly role: string; readonly content: unknown }): MessageRow {
  return { role: role as MessageRow['role'], parts: messageParts(content) };
}

/** By this a message that comes again is known: the SDK adds to what a model said that somebody was asked to approve it. */
export function printOf(message: { readonly role: string; readonly content: unknown }): MessageRow {
  const { role, parts } = rowOf(message);
  const said = (parts as MessageRow['parts']).filter(({ type }) => type !== 'tool-approval-request');
  return { role, parts: said };
}

export function instructionsOf(instructions: unknown): { role: string; content: unknown } {
  if (typeof instructions === 'string') return { role: 'system', content: instructions };
  const { content } = instructions as { content?: unknown };
  return { role: 'system', content: content ?? JSON.stringify(instructions) };
}

const optionKeys = [
  'temperature',
  'maxOutputTokens',
  'topP',
  'topK',
  'presencePenalty',
  'frequencyPenalty',
  'stopSequences',
  'seed',
  'reasoning',
] as const;

/** What the request carried beside the messages, and the names of the tools on offer. */
export function requestOptions(event: OperationStart): Row | undefined {
  const given = optionKeys.filter((key) => event[key] !== undefined).map((key) => [key, event[key]]);
  const tools = Array.isArray(event.tools) ? event.tools.map((tool: { name?: unknown }) => tool.name) : [];
  const entries = tools.length > 0 ? [...given, ['tools', tools]] : given;
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
