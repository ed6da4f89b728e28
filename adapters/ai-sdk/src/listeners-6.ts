import { listeners7 } from './listeners-7.ts';
import type { TelemetryRecorder } from './telemetry-recorder.ts';
import {
  type Finish6,
  finish6,
  type Start6,
  type StepFinish6,
  type StepStart6,
  stepFinish6,
  stepStart6,
  type ToolFinish6,
  toolFinish6,
} from './version-6.ts';
import { Version6Calls } from './version-6-calls.ts';

export type Listeners6 = ReturnType<typeof listenersOf6>;

/** What happens on each event of the AI SDK 6, in the words of the AI SDK 7. */
export function listenersOf6(recorder: TelemetryRecorder, idleMs: number) {
  const calls = new Version6Calls(idleMs, (callId, status, reason) => {
    recorder.with(callId, (operation) => operation.fail(reason, 'cancelled'));
    recorder.finish(callId, status);
  });
  return {
    onStart(callId: string, event: Start6) {
      listeners7.onStart(recorder, calls.start(callId, event));
    },
    onStepStart(callId: string, event: StepStart6) {
      calls.touch(callId);
      listeners7.onLanguageModelCallStart(recorder, stepStart6(calls.startOf(callId), event));
    },
    onStepFinish(callId: string, event: StepFinish6) {
      calls.touch(callId);
      listeners7.onLanguageModelCallEnd(recorder, stepFinish6(callId, event));
    },
    onToolCallStart(callId: string, { toolCall }: Pick<ToolFinish6, 'toolCall'>) {
      calls.touch(callId);
      listeners7.onToolExecutionStart(recorder, { callId, toolCall });
      recorder.enterTool(callId, toolCall.toolCallId);
    },
    onToolCallFinish(callId: string, event: ToolFinish6) {
      calls.touch(callId);
      listeners7.onToolExecutionEnd(recorder, toolFinish6(callId, event));
      recorder.leaveTool(callId);
    },
    onFinish(callId: string, event: Finish6) {
      calls.finish(callId);
      return listeners7.onEnd(recorder, finish6(callId, event));
    },
  };
}
