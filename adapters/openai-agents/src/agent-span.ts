import type { ModelCallInsert } from '@varve/schema';
import { parsed, textOf } from './json-access.ts';

/** What is read of a span of the SDK. */
export interface AgentSpan {
  readonly spanId: string;
  readonly parentId: string | null;
  readonly spanData: object;
  readonly error: { readonly message: string; readonly data?: Readonly<Record<string, unknown>> } | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

export function startOf({ startedAt }: AgentSpan): number {
  return startedAt === null ? Date.now() : Date.parse(startedAt);
}

export function endOf({ endedAt }: AgentSpan): number {
  return endedAt === null ? Date.now() : Date.parse(endedAt);
}

export function outcomeOf({
  error,
}: AgentSpan): Pick<ModelCallInsert, 'status' | 'errorType' | 'errorMessage'> {
  if (!error) return { status: 'ok' };
  const told = textOf(error.data?.error) ?? error.message;
  const errorType = /^(\w*(?:Error|Exception|Triggered))\b/.exec(told)?.[1] ?? '_OTHER';
  return { status: 'error', errorType, errorMessage: told };
}

/** A tool's result is a text here; what is an object or a list in it, is one. */
export function resultOf(output: unknown): unknown {
  const value = parsed(output);
  return typeof value === 'object' && value !== null ? value : output;
}
