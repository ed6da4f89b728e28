import type {
  EmbedEnd,
  EmbedStart,
  ModelCallEnd,
  ModelCallStart,
  ObjectStepEnd,
  ObjectStepStart,
  OperationAbort,
  OperationEnd,
  OperationError,
  OperationStart,
  ToolEnd,
  ToolStart,
} from './telemetry-events.ts';
import type { TelemetryRecorder } from './telemetry-recorder.ts';

/**
 * What happens on each event of the AI SDK 7, which says whose call it is of, and which waits for what a listener returns:
 * the session of a call that has returned is sealed.
 */
export const listeners7 = {
  onStart: (recorder: TelemetryRecorder, event: OperationStart) => recorder.start(event),
  onLanguageModelCallStart: (recorder: TelemetryRecorder, event: ModelCallStart) =>
    recorder.with(event.callId, (operation) => operation.beginModelCall(event)),
  onLanguageModelCallEnd: (recorder: TelemetryRecorder, event: ModelCallEnd) =>
    recorder.with(event.callId, (operation) => operation.endModelCall(event)),
  onEmbedStart: (recorder: TelemetryRecorder, event: EmbedStart) =>
    recorder.with(event.callId, (operation) => operation.beginModelCall(event, 'embeddings')),
  onEmbedEnd: (recorder: TelemetryRecorder, { usage, ...event }: EmbedEnd) =>
    recorder.with(event.callId, (operation) =>
      operation.endModelCall({ ...event, usage: { inputTokens: usage?.tokens } }),
    ),
  onObjectStepStart: (recorder: TelemetryRecorder, { promptMessages = [], ...event }: ObjectStepStart) =>
    recorder.with(event.callId, (operation) =>
      operation.beginModelCall({ ...event, messages: promptMessages }),
    ),
  onObjectStepEnd: (recorder: TelemetryRecorder, { response, msToFirstChunk, ...event }: ObjectStepEnd) =>
    recorder.with(event.callId, (operation) =>
      operation.endModelCall({
        ...event,
        ...(response?.modelId !== undefined && { modelId: response.modelId }),
        ...(response?.id !== undefined && { responseId: response.id }),
        ...(event.objectText && { content: [{ type: 'text', text: event.objectText }] }),
        performance: { timeToFirstOutputMs: msToFirstChunk },
      }),
    ),
  onToolExecutionStart: (recorder: TelemetryRecorder, event: ToolStart) =>
    recorder.with(event.callId, (operation) => operation.beginTool(event)),
  onToolExecutionEnd: (recorder: TelemetryRecorder, event: ToolEnd) =>
    recorder.with(event.callId, (operation) => operation.endTool(event)),
  onAbort: (recorder: TelemetryRecorder, { callId, reason }: OperationAbort) => {
    recorder.with(callId, (operation) => operation.fail(reason, 'cancelled'));
    return recorder.finish(callId, 'interrupted');
  },
  onError: (recorder: TelemetryRecorder, { callId, error }: OperationError) => {
    const isAbort = error instanceof Error && error.name === 'AbortError';
    recorder.with(callId, (operation) => operation.fail(error, isAbort ? 'cancelled' : 'error'));
    return recorder.finish(callId, isAbort ? 'interrupted' : 'failed');
  },
  onEnd: (recorder: TelemetryRecorder, event: OperationEnd) => {
    const hasFailed = event.finishReason === 'error' || (event.error !== undefined && event.error !== null);
    recorder.with(event.callId, (operation) => {
      if (hasFailed) operation.breakOff();
      operation.recordOutput(event, hasFailed);
    });
    return recorder.finish(event.callId, hasFailed ? 'failed' : 'completed');
  },
};
