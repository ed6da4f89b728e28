import type {
  EmbedEnd,
  EmbedStart,
  ModelCallEnd,
  ModelCallStart,
  OperationAbort,
  OperationEnd,
  OperationError,
  OperationStart,
  ToolEnd,
  ToolStart,
} from './telemetry-events.ts';
import type { TelemetryRecorder } from './telemetry-recorder.ts';

/** What happens on each event of the AI SDK 7, which says whose call it is of. */
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
  onToolExecutionStart: (recorder: TelemetryRecorder, event: ToolStart) =>
    recorder.with(event.callId, (operation) => operation.beginTool(event)),
  onToolExecutionEnd: (recorder: TelemetryRecorder, event: ToolEnd) =>
    recorder.with(event.callId, (operation) => operation.endTool(event)),
  onAbort: (recorder: TelemetryRecorder, { callId, reason }: OperationAbort) => {
    recorder.with(callId, (operation) => operation.fail(reason, 'cancelled'));
    recorder.finish(callId, 'interrupted');
  },
  onError: (recorder: TelemetryRecorder, { callId, error }: OperationError) => {
    recorder.with(callId, (operation) => operation.fail(error, 'error'));
    recorder.finish(callId, 'failed');
  },
  onEnd: (recorder: TelemetryRecorder, event: OperationEnd) => {
    recorder.with(event.callId, (operation) => operation.recordOutput(event));
    recorder.finish(event.callId, 'completed');
  },
};
