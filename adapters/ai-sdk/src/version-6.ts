import type {
  ModelCallEnd,
  ModelCallStart,
  OperationEnd,
  OperationStart,
  ToolEnd,
  ToolStart,
} from './telemetry-events.ts';

/** What is read of the events of the AI SDK 6, which do not name the call that they belong to. */
interface CallEvent6 {
  readonly model?: { readonly provider: string; readonly modelId: string } | undefined;
  readonly functionId?: string | undefined;
}

export interface Start6 extends CallEvent6 {
  readonly abortSignal?: AbortSignal | undefined;
  readonly [option: string]: unknown;
}

export interface StepStart6 extends CallEvent6 {
  readonly system?: unknown;
  readonly messages: NonNullable<ModelCallStart['messages']>;
  readonly tools?: Readonly<Record<string, unknown>> | undefined;
}

export interface StepFinish6 extends CallEvent6 {
  readonly finishReason?: string;
  readonly content?: readonly { readonly type: string }[];
  readonly usage?: NonNullable<ModelCallEnd['usage']>;
  readonly response?: { readonly id?: string; readonly modelId?: string };
}

export interface ToolFinish6 extends CallEvent6 {
  readonly toolCall: ToolStart['toolCall'];
  readonly durationMs: number;
  readonly success: boolean;
  readonly output?: unknown;
  readonly error?: unknown;
}

/**
 * Tells the calls of the AI SDK 6 apart. It reads all listeners of an integration anew for each call, one after the other
 * before anything happens, and keeps them: whose a listener is, is when it was read.
 */
export class ReadListeners {
  readonly #read = new Set<string>();
  #calls = 0;

  /** A name for the call whose listeners are being read. */
  callOf(listener: string): string {
    if (this.#calls === 0 || this.#read.has(listener)) {
      this.#calls += 1;
      this.#read.clear();
    }
    this.#read.add(listener);
    return `call ${this.#calls}`;
  }
}

export function start6(callId: string, { model, tools: _tools, ...event }: Start6): OperationStart {
  return { ...event, callId, ...model, functionId: event.functionId };
}

/** A step tells nothing of the settings, which the call told when it started. */
export function stepStart6(start: OperationStart, event: StepStart6): ModelCallStart {
  const tools = Object.keys(event.tools ?? {}).map((name) => ({ name }));
  return { ...start, ...event.model, instructions: event.system, messages: event.messages, tools };
}

/** What a tool gave stands in the content too: it is told by the messages of the next step. */
export function stepFinish6(callId: string, event: StepFinish6): ModelCallEnd {
  const { response, finishReason, usage, content = [] } = event;
  return {
    callId,
    ...(response?.modelId !== undefined && { modelId: response.modelId }),
    ...(response?.id !== undefined && { responseId: response.id }),
    ...(finishReason !== undefined && { finishReason }),
    ...(usage && { usage }),
    content: content.filter(({ type }) => type !== 'tool-result' && type !== 'tool-error'),
  };
}

export function toolFinish6(callId: string, event: ToolFinish6): ToolEnd {
  const { toolCall, durationMs, success, output, error } = event;
  const toolOutput = success ? { type: 'tool-result', output } : { type: 'tool-error', error };
  return { callId, toolCall, toolExecutionMs: durationMs, toolOutput };
}

export interface Finish6 {
  readonly text?: string;
  /** Of the last step: `error` where a stream broke off, which nothing else tells of. */
  readonly finishReason?: string;
}

export function finish6(callId: string, { text, finishReason }: Finish6): OperationEnd {
  return {
    callId,
    ...(text !== undefined && { text }),
    ...(finishReason !== undefined && { finishReason }),
  };
}
