import { type CallStatus, callStatuses, type SessionStatus, sessionStatuses } from '@varve/schema';
import type { SessionFacts } from '../archive/index.ts';
import { arrayOf, isObject, type JsonObject, numberOf, objectOf, textOf } from './json-access.ts';

/** Of a call, what an export has no other word for. */
export interface ToldCall {
  readonly status?: CallStatus;
  readonly errorType?: string;
  readonly attempt?: number;
  readonly mcpServer?: string;
}

/** What our own exports tell of a session and its calls where their format leaves room for anything. */
export interface VarveFacts {
  readonly session: SessionFacts;
  /** By their ids, each of which is there once. */
  readonly calls: ReadonlyMap<string, ToldCall>;
}

export function varveFacts(value: unknown): VarveFacts {
  const told = objectOf(objectOf(value).varve);
  const calls = arrayOf(told.calls)
    .filter(isObject)
    .map((call) => [String(call.id), toldCall(call)] as const);
  return { session: toldSession(told), calls: new Map(calls) };
}

export function toldSession(told: JsonObject): SessionFacts {
  const parentSessionId = textOf(told.parent_session_id);
  const parentToolCallId = textOf(told.parent_tool_call_id);
  const title = textOf(told.title);
  const status = oneOf<SessionStatus>(sessionStatuses, told.status);
  return {
    ...(parentSessionId !== undefined && { parentSessionId }),
    ...(parentToolCallId !== undefined && { parentToolCallId }),
    ...(title !== undefined && { title }),
    ...(status !== undefined && { status }),
  };
}

export function toldCall(told: JsonObject): ToldCall {
  const status = oneOf<CallStatus>(callStatuses, told.status);
  const attempt = numberOf(told.attempt);
  const [errorType, mcpServer] = [textOf(told.error_type), textOf(told.mcp_server)];
  return {
    ...(status !== undefined && { status }),
    ...(errorType !== undefined && { errorType }),
    ...(attempt !== undefined && Number.isSafeInteger(attempt) && { attempt }),
    ...(mcpServer !== undefined && { mcpServer }),
  };
}

/** Whether there is nothing yet that it gave. */
export function hasNoResult({ status }: ToldCall): boolean {
  return status === 'running' || status === 'interrupted';
}

function oneOf<T extends string>(words: readonly T[], value: unknown): T | undefined {
  return words.find((word) => word === value);
}
