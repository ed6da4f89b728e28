import type { TrajectoryFormat } from './contract.ts';
import {
  type Entry,
  type ExportedSession,
  jsonOf,
  type Row,
  reasoningOfParts,
  resultText,
  textOfParts,
} from './read-session.ts';
import { toldFacts } from './told-facts.ts';

interface Step {
  step_id: number;
  timestamp: string;
  source: 'system' | 'user' | 'agent';
  message: string;
  reasoning_content?: string;
  model_name?: string;
  tool_calls?: object[];
  observation?: { results: object[] };
  metrics?: object;
  extra?: object;
}

/** Harbor's Agent Trajectory Interchange Format: a step for each message, an answer with its calls and what came of them. */
export const atifWriter: TrajectoryFormat = {
  name: 'atif',
  suffix: '.trajectory.json',
  write: (session) => new AtifTrajectory(session).trajectory(),
};

class AtifTrajectory {
  readonly #exported: ExportedSession;
  readonly #steps: Step[] = [];
  #answer: Step | undefined;
  #answeredCall: unknown;
  /** Calls of the model whose answer no message is. */
  readonly #silent: Map<number, Row>;

  constructor(exported: ExportedSession) {
    this.#exported = exported;
    this.#silent = new Map(exported.modelCalls);
    for (const { kind, row } of exported.entries)
      if (kind === 'message' && row.role === 'assistant') this.#silent.delete(Number(row.model_call_seq));
  }

  trajectory(): object {
    for (const entry of this.#exported.entries) this.#add(entry);
    this.#addSilent(Number.POSITIVE_INFINITY);
    const { session } = this.#exported;
    return {
      schema_version: 'ATIF-v1.6',
      session_id: session.id,
      agent: {
        name: session.agent_name,
        version: session.agent_version ?? 'unknown',
        ...(session.request_model !== null && { model_name: session.request_model }),
      },
      steps: this.#steps,
      final_metrics: this.#finalMetrics(),
      extra: {
        ...(session.title !== null && { title: session.title }),
        ...(session.parent_session_id !== null && { parent_session_id: session.parent_session_id }),
        status: session.status,
        ...toldFacts(this.#exported),
      },
    };
  }

  #add(entry: Entry): void {
    if (entry.kind === 'toolCall') this.#addCall(entry.row, entry.id);
    else if (entry.row.role === 'assistant') this.#addAnswer(entry.row, entry.parts);
    else if (entry.row.role !== 'tool') {
      this.#addSilent(Number(entry.row.seq));
      this.#push(entry.row, entry.row.role === 'system' ? 'system' : 'user', textOfParts(entry.parts));
    }
  }

  /** What they used counts, though nothing was said: those up to a place on the timeline. */
  #addSilent(before: number): void {
    for (const [seq, call] of this.#silent) if (seq < before) this.#answerSilently(seq, call);
  }

  #answerSilently(seq: number, call: Row): void {
    this.#silent.delete(seq);
    this.#answer = Object.assign(this.#push(call, 'agent', ''), describeCall(call));
    this.#answeredCall = seq;
  }

  /** An answer that was logged in several messages is one step. */
  #addAnswer(row: Row, parts: readonly Row[]): void {
    const isSame = this.#answer && row.model_call_seq !== null && row.model_call_seq === this.#answeredCall;
    const step = isSame && this.#answer ? this.#answer : this.#push(row, 'agent', '');
    this.#answer = step;
    this.#answeredCall = row.model_call_seq;
    step.message = [step.message, textOfParts(parts)].filter(Boolean).join('\n');
    const reasoning = [step.reasoning_content, reasoningOfParts(parts)].filter(Boolean).join('\n');
    if (reasoning) step.reasoning_content = reasoning;
    const call = this.#exported.modelCalls.get(Number(row.model_call_seq));
    if (call) Object.assign(step, describeCall(call));
    else if (!isSame) step.extra = { llm_call_count: 0 };
  }

  #addCall(row: Row, id: string): void {
    const silent = this.#silent.get(Number(row.model_call_seq));
    if (silent) this.#answerSilently(Number(row.model_call_seq), silent);
    const step =
      this.#answer ?? Object.assign(this.#push(row, 'agent', ''), { extra: { llm_call_count: 0 } });
    this.#answer = step;
    const given = jsonOf(row.arguments);
    const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
    step.tool_calls = [
      ...(step.tool_calls ?? []),
      {
        tool_call_id: id,
        function_name: row.tool_name,
        arguments: isObject ? given : given === undefined ? {} : { input: given },
      },
    ];
    if (row.status === 'interrupted' || row.status === 'running') return;
    const results = step.observation?.results ?? [];
    // How it ended is told at the end: a result has no other keys before version 1.7.
    step.observation = { results: [...results, { source_call_id: id, content: resultText(row) }] };
  }

  #push(row: Row, source: Step['source'], message: string): Step {
    const atMs = Number(row.created_at_ms ?? row.started_at_ms);
    const step: Step = {
      step_id: this.#steps.length + 1,
      timestamp: new Date(atMs).toISOString(),
      source,
      message,
    };
    this.#steps.push(step);
    if (source !== 'agent') this.#answer = undefined;
    return step;
  }

  #finalMetrics(): object {
    const calls = [...this.#exported.modelCalls.values()];
    const sum = (column: string) => calls.reduce((total, row) => total + Number(row[column] ?? 0), 0);
    return {
      total_prompt_tokens: sum('input_tokens'),
      total_completion_tokens: sum('output_tokens'),
      total_cached_tokens: sum('cache_read_input_tokens'),
      ...(calls.some(({ cost_usd }) => cost_usd !== null) && { total_cost_usd: sum('cost_usd') }),
      total_steps: this.#steps.length,
    };
  }
}

function describeCall(call: Row): Pick<Step, 'model_name' | 'metrics'> {
  const model = call.response_model ?? call.request_model;
  const extra = compact({
    cache_creation_input_tokens: call.cache_creation_input_tokens,
    reasoning_tokens: call.reasoning_output_tokens,
  });
  const metrics = compact({
    prompt_tokens: call.input_tokens,
    completion_tokens: call.output_tokens,
    cached_tokens: call.cache_read_input_tokens,
    cost_usd: call.cost_usd,
    extra: Object.keys(extra).length > 0 ? extra : null,
  });
  return {
    ...(typeof model === 'string' && { model_name: model }),
    ...(Object.keys(metrics).length > 0 && { metrics }),
  };
}

function compact(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== undefined));
}
