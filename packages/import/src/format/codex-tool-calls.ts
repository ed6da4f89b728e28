import { hash } from 'node:crypto';
import type { HeldRow, SessionWriter, ToolCallRow } from '../archive/index.ts';
import { codexOutcome } from './codex-outcome.ts';
import { type Family, placeOf } from './contract.ts';
import { type JsonObject, jsonText, objectOf, parsedOrText, restOf, textOf } from './json-access.ts';

interface OpenCall {
  readonly held: HeldRow;
  /** What was called, hashed. */
  readonly print: string;
  readonly startedAtMs: number;
  /** What events told of it beside its result. */
  readonly events: Record<string, unknown>;
}

export type SavedToolCalls = ReadonlyMap<string, readonly OpenCall[]>;

/** What an item that is a call says of it. */
export interface CodexCall {
  readonly id: string | undefined;
  readonly toolName: string;
  readonly arguments: unknown;
}

export function codexCallOf(item: JsonObject): CodexCall {
  const type = String(item.type);
  const isCustom = type === 'custom_tool_call';
  const given =
    parsedOrText(item.arguments) ??
    item.input ??
    item.action ??
    restOf(item, new Set(['type', 'id', 'status']));
  return {
    id: textOf(item.call_id) ?? textOf(item.id),
    toolName: textOf(item.name) ?? type.replace(/_call$/, ''),
    arguments: isCustom ? item.input : given,
  };
}

/** The calls of tools that a rollout tells of, from their items to those of their results. */
export class CodexToolCalls {
  /** By their ids: some models give all calls the same, and their results come in the order of the calls. */
  readonly #open: Map<string, readonly OpenCall[]>;

  constructor(saved?: SavedToolCalls) {
    this.#open = new Map(saved);
  }

  save(): SavedToolCalls {
    const entries = [...this.#open].map(([id, calls]) => {
      return [id, calls.map((call) => ({ ...call, held: placeOf(call.held) }))] as const;
    });
    return new Map(entries);
  }

  /** Whether an item tells of a call that is under way already. */
  isToldAgain(item: JsonObject): boolean {
    const call = codexCallOf(item);
    const print = printOf(call);
    return this.#openOf(call.id).some((it) => it.print === print);
  }

  #openOf(id: string | undefined): readonly OpenCall[] {
    return (id !== undefined && this.#open.get(id)) || [];
  }

  start(session: SessionWriter, item: JsonObject, modelCallSeq: number, atMs: number): void {
    const call = codexCallOf(item);
    const { id, toolName, arguments: given } = call;
    const held = session.toolCall({
      toolName,
      toolCallId: id ?? null,
      arguments: jsonText(given),
      status: statusOfItem(item),
      startedAtMs: atMs,
      modelCallSeq,
      mcpServer: /^mcp__(.+?)__/.exec(toolName)?.[1] ?? textOf(item.namespace) ?? null,
      ...(item.result !== undefined && { result: jsonText(item.result) }),
    });
    const isDone =
      (item.call_id ?? null) === null ||
      item.type === 'web_search_call' ||
      item.type === 'image_generation_call';
    if (id === undefined || isDone) return;
    this.#open.set(id, [...this.#openOf(id), { held, print: printOf(call), startedAtMs: atMs, events: {} }]);
  }

  end(session: SessionWriter, id: string | undefined, output: unknown, atMs: number): void {
    const [call, ...others] = this.#openOf(id);
    if (!call || id === undefined) return;
    session.changeToolCall(call.held, {
      result: jsonText(output),
      durationMs: Math.max(0, atMs - call.startedAtMs),
      ...codexOutcome(output, call.events),
    });
    settle(session, call);
    if (others.length > 0) this.#open.set(id, others);
    else this.#open.delete(id);
  }

  /** What an event adds to a call that is under way is kept with the call. False for an event of another kind. */
  tell(session: SessionWriter, event: JsonObject, starts: Family['starts']): boolean {
    const [call] = this.#openOf(String(event.call_id));
    if (!call) return false;
    call.events[String(event.type)] = restOf(event, toldByResult) ?? {};
    const server = textOf(objectOf(event.invocation).server);
    if (server) session.changeToolCall(call.held, { mcpServer: server });
    const child = textOf(event.new_thread_id);
    const parentToolCallId = String(event.call_id);
    if (child)
      starts.set(child, { parentSessionId: session.id, parentCallSeq: call.held.seq, parentToolCallId });
    return true;
  }

  /** No more comes. */
  finish(session: SessionWriter): void {
    for (const call of [...this.#open.values()].flat()) settle(session, call);
    if (this.#open.size > 0) session.describe({ status: 'interrupted' });
  }
}

function printOf({ toolName, arguments: given }: CodexCall): string {
  return hash('sha256', JSON.stringify([toolName, given]), 'base64');
}

const toldByResult = new Set([
  'type',
  'call_id',
  'stdout',
  'stderr',
  'aggregated_output',
  'formatted_output',
]);

function settle(session: SessionWriter, { held, events }: OpenCall): void {
  if (Object.keys(events).length > 0) session.changeToolCall(held, { metadata: JSON.stringify(events) });
  session.settle(held);
}

function statusOfItem({ status, call_id }: JsonObject): ToolCallRow['status'] {
  if (status === 'failed' || status === 'incomplete') return 'error';
  return status === 'completed' && (call_id ?? null) === null ? 'ok' : 'interrupted';
}
