import { basename } from 'node:path';
import type { HeldRow, SessionWriter } from '../archive/index.ts';
import { atifParts, mappedOfCall, mappedOfMetrics, mappedOfStep } from './atif-parts.ts';
import type { MapContext } from './contract.ts';
import {
  arrayOf,
  countOf,
  isObject,
  type JsonObject,
  jsonText,
  numberOf,
  objectOf,
  restOf,
  textOf,
  timeOf,
} from './json-access.ts';
import { type VarveFacts, varveFacts } from './varve-facts.ts';

export function idOf({ trajectory_id, session_id }: JsonObject, path: string): string {
  return textOf(trajectory_id) ?? textOf(session_id) ?? basename(path).replace(/(\.trajectory)?\.json$/, '');
}

interface Start {
  readonly parentCallSeq: number;
  readonly parentToolCallId: string;
}

interface OpenCall {
  readonly held: HeldRow;
  /** What it told that has no column. */
  readonly more: JsonObject | undefined;
}

interface Parent {
  readonly session: SessionWriter;
  /** The calls whose results refer to trajectories, by the ids of those. */
  readonly starts: ReadonlyMap<string, Start>;
}

/** Turns a trajectory, with those within it, into rows. */
export class TrajectoryMapper {
  readonly #context: MapContext;
  readonly #trajectory: JsonObject;
  readonly #session: SessionWriter;
  readonly #starts = new Map<string, Start>();
  readonly #open = new Map<string, OpenCall>();
  readonly #facts: VarveFacts;
  #atMs: number;

  constructor(context: MapContext, trajectory: JsonObject, parent: Parent | undefined) {
    this.#context = context;
    this.#trajectory = trajectory;
    this.#facts = varveFacts(trajectory.extra);
    const firstMs = arrayOf(trajectory.steps)
      .map((step) => timeOf(objectOf(step).timestamp))
      .find((ms) => ms !== undefined);
    this.#atMs = firstMs ?? Math.round(context.mtimeMs);
    this.#session = context.session(idOf(trajectory, context.path));
    this.#describe(parent);
  }

  map(): void {
    for (const step of arrayOf(this.#trajectory.steps)) if (isObject(step)) this.#mapStep(step);
    const status = this.#open.size > 0 ? 'interrupted' : 'completed';
    this.#session.describe({ status, ...this.#facts.session });
    const parent = { session: this.#session, starts: this.#starts };
    for (const child of arrayOf(this.#trajectory.subagent_trajectories)) {
      if (isObject(child)) new TrajectoryMapper(this.#context, child, parent).map();
    }
  }

  #describe(parent: Parent | undefined): void {
    const { agent, session_id } = this.#trajectory;
    const { name, version, model_name, ...more } = objectOf(agent);
    const rest = restOf(this.#trajectory, new Set(['steps', 'agent', 'session_id', 'subagent_trajectories']));
    this.#session.describe({
      agentName: textOf(name) ?? 'unknown',
      agentVersion: textOf(version) ?? null,
      requestModel: textOf(model_name) ?? null,
      conversationId: textOf(session_id) ?? null,
      ...(parent && { parentSessionId: parent.session.id, ...parent.starts.get(idOf(this.#trajectory, '')) }),
      metadata: { ...rest, ...(Object.keys(more).length > 0 && { agent: more }) },
    });
  }

  #mapStep(step: JsonObject): void {
    this.#atMs = timeOf(step.timestamp) ?? this.#atMs;
    const role = step.source === 'agent' ? 'assistant' : step.source === 'system' ? 'system' : 'user';
    const calls = arrayOf(step.tool_calls).filter(isObject);
    const call = role === 'assistant' ? this.#modelCall(step) : undefined;
    const reasoning = textOf(step.reasoning_content);
    this.#session.message({
      role,
      parts: JSON.stringify([
        ...(reasoning ? [{ type: 'reasoning', content: reasoning }] : []),
        ...atifParts(step.message),
        ...calls.map((it) => ({
          type: 'tool_call',
          id: it.tool_call_id ?? null,
          name: it.function_name ?? null,
          arguments: it.arguments ?? null,
        })),
      ]),
      createdAtMs: this.#atMs,
      modelCallSeq: call?.seq ?? null,
      messageId: step.step_id === undefined ? null : String(step.step_id),
      metadata: jsonText(restOf(step, mappedOfStep)),
    });
    if (step.is_copied_context !== true) for (const it of calls) this.#startCall(it, call);
    this.#mapObservation(step);
  }

  #modelCall(step: JsonObject): HeldRow | undefined {
    const count = step.llm_call_count ?? objectOf(step.extra).llm_call_count;
    if (step.is_copied_context === true || count === 0) return undefined;
    const metrics = objectOf(step.metrics);
    const extra = objectOf(metrics.extra);
    const held = this.#session.modelCall({
      responseModel: textOf(step.model_name) ?? textOf(objectOf(this.#trajectory.agent).model_name) ?? null,
      status: 'ok',
      startedAtMs: this.#atMs,
      inputTokens: countOf(metrics.prompt_tokens) ?? null,
      outputTokens: countOf(metrics.completion_tokens) ?? null,
      cacheReadInputTokens: countOf(metrics.cached_tokens) ?? null,
      cacheCreationInputTokens: countOf(extra.cache_creation_input_tokens) ?? null,
      reasoningOutputTokens:
        countOf(extra.reasoning_tokens) ?? countOf(extra.reasoning_output_tokens) ?? null,
      costUsd: numberOf(metrics.cost_usd) ?? null,
      requestOptions:
        step.reasoning_effort === undefined
          ? null
          : JSON.stringify({ reasoning_effort: step.reasoning_effort }),
      metadata: jsonText(restOf(metrics, mappedOfMetrics)),
    });
    this.#session.settle(held);
    return held;
  }

  #startCall(call: JsonObject, modelCall: HeldRow | undefined): void {
    const id = textOf(call.tool_call_id);
    const more = restOf(call, mappedOfCall);
    const held = this.#session.toolCall({
      toolName: textOf(call.function_name) ?? 'unknown',
      toolCallId: id ?? null,
      arguments: jsonText(call.arguments),
      status: 'interrupted',
      startedAtMs: this.#atMs,
      modelCallSeq: modelCall?.seq ?? null,
      metadata: jsonText(more),
      ...this.#facts.calls.get(id ?? ''),
    });
    if (id !== undefined) this.#open.set(id, { held, more });
  }

  /** Results without the id of their call are of the one call that has none. */
  #mapObservation({ observation, is_copied_context }: JsonObject): void {
    const results = arrayOf(objectOf(observation).results).filter(isObject);
    if (results.length === 0) return;
    for (const result of results) if (is_copied_context !== true) this.#endCall(result);
    this.#session.message({
      role: 'tool',
      parts: JSON.stringify(
        results.map(({ source_call_id, content, ...rest }) => {
          return {
            ...rest,
            type: 'tool_call_response',
            id: source_call_id ?? null,
            response: content ?? null,
          };
        }),
      ),
      createdAtMs: this.#atMs,
    });
  }

  #endCall(result: JsonObject): void {
    const [only] = this.#open.size === 1 ? this.#open.keys() : [];
    const id = textOf(result.source_call_id) ?? only;
    const call = id === undefined ? undefined : this.#open.get(id);
    if (id === undefined || !call) return;
    const { held } = call;
    this.#open.delete(id);
    const isError = result.is_error === true || objectOf(result.extra).is_error === true;
    const told = this.#facts.calls.get(id);
    const more = restOf(result, new Set(['source_call_id', 'content']));
    this.#session.changeToolCall(held, {
      result: jsonText(result.content),
      status: isError ? 'error' : 'ok',
      ...(isError && { errorType: 'tool_error' }),
      ...((isError || told?.status === 'error') && { errorMessage: textOf(result.content) ?? null }),
      ...(more && { metadata: JSON.stringify({ ...more, ...(call.more && { call: call.more }) }) }),
      ...told,
    });
    this.#session.settle(held);
    for (const ref of arrayOf(result.subagent_trajectory_ref)) {
      for (const key of ['trajectory_id', 'session_id']) {
        const target = textOf(objectOf(ref)[key]);
        if (target) this.#starts.set(target, { parentCallSeq: held.seq, parentToolCallId: id });
      }
    }
  }
}
