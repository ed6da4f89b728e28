import type { Serialized } from '@langchain/core/load/serializable';
import { AIMessage } from '@langchain/core/messages';
import { toJson } from '@varve/schema';
import type { RunRecorder } from './run-recorder.ts';

/** The last thing that a model said, else all that the graph gave back; nothing while it waits for somebody. */
export function recordAnswer(recorder: RunRecorder, outputs: unknown): void {
  const { __interrupt__, messages } = (outputs ?? {}) as { __interrupt__?: unknown; messages?: unknown };
  if (__interrupt__ !== undefined) recorder.isInterrupted = true;
  if (recorder.isInterrupted) return;
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
  if (AIMessage.isInstance(last)) recorder.recordOutput('text', last.text);
  else recorder.recordOutput('json', toJson(outputs ?? null));
}

export function resultOf(output: unknown): unknown {
  const { content, tool_call_id } = (output ?? {}) as { content?: unknown; tool_call_id?: unknown };
  return tool_call_id === undefined ? output : content;
}

/** LangChain tells a tool's input as text. */
export function parsed(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch {
    return input;
  }
}

export function nameOf(serialized: Serialized | undefined, otherwise: string): string {
  return serialized?.name ?? serialized?.id?.at(-1) ?? otherwise;
}

/** A graph that was aborted, or whose stream nobody reads any more, tells its own run a plain error of this message. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.message === 'Abort');
}
