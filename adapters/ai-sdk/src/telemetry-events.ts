/** What the recorder reads of the AI SDK's telemetry events; their own types are generic over a call's tools. */
interface TelemetryEvent extends RecordChoice {
  readonly callId: string;
  readonly functionId?: string | undefined;
}

/** What a call says of itself. */
export interface RecordChoice {
  readonly recordInputs?: boolean | undefined;
  readonly recordOutputs?: boolean | undefined;
}

export interface OperationStart extends TelemetryEvent {
  readonly operationId?: string;
  readonly provider?: string;
  readonly modelId?: string;
  readonly tools?: unknown;
  readonly [option: string]: unknown;
}

export interface ModelCallStart extends OperationStart {
  readonly instructions?: unknown;
  readonly messages?: readonly { readonly role: string; readonly content: unknown }[];
}

export interface ModelCallEnd extends TelemetryEvent {
  readonly modelId?: string;
  readonly responseId?: string;
  readonly finishReason?: string;
  readonly content?: readonly unknown[];
  readonly usage?: {
    readonly inputTokens?: number | undefined;
    readonly outputTokens?: number | undefined;
    readonly inputTokenDetails?: {
      readonly cacheReadTokens?: number | undefined;
      readonly cacheWriteTokens?: number | undefined;
    };
    readonly outputTokenDetails?: { readonly reasoningTokens?: number | undefined };
  };
  readonly performance?: { readonly timeToFirstOutputMs?: number | undefined };
}

export interface ToolStart extends TelemetryEvent {
  readonly toolCall: { readonly toolCallId: string; readonly toolName: string; readonly input: unknown };
}

export interface ToolEnd extends ToolStart {
  readonly toolExecutionMs?: number;
  readonly toolOutput: { readonly type: string; readonly output?: unknown; readonly error?: unknown };
}

export interface OperationEnd extends TelemetryEvent {
  readonly text?: string;
  /** What `generateObject` and `streamObject` made. */
  readonly object?: unknown;
  /** Why what a model said is no such object. */
  readonly error?: unknown;
  /** `error` where a stream broke off; what the error was is not told. */
  readonly finishReason?: string;
}

/** `generateObject` and `streamObject` tell of their request by this. */
export interface ObjectStepStart extends OperationStart {
  readonly promptMessages?: ModelCallStart['messages'];
}

export interface ObjectStepEnd extends ModelCallEnd {
  readonly objectText?: string;
  readonly msToFirstChunk?: number | undefined;
  readonly response?: { readonly id?: string; readonly modelId?: string };
}

export interface OperationError extends TelemetryEvent {
  readonly error: unknown;
}

export interface OperationAbort extends TelemetryEvent {
  readonly reason?: unknown;
}

export interface EmbedStart extends OperationStart {
  readonly embedCallId?: string;
}

export interface EmbedEnd extends TelemetryEvent {
  readonly usage?: { readonly tokens?: number };
}
