import type { HeldRow, SessionWriter, ToolCallRow } from '../archive/index.ts';
import { type JsonObject, jsonText, numberOf, objectOf, restOf, textOf, timeOf } from './json-access.ts';

/** Whether the call has ended. A call of a tool that is not there is logged as one of the tool `invalid`, which succeeds. */
export function writeToolCall(
  session: SessionWriter,
  part: JsonObject,
  call: HeldRow | undefined,
  atMs: number,
): boolean {
  const state = objectOf(part.state);
  const time = objectOf(state.time);
  const [start, end] = [timeOf(time.start), timeOf(time.end)];
  const held = session.toolCall({
    toolName: textOf(part.tool) ?? 'unknown',
    toolCallId: textOf(part.callID) ?? textOf(part.id) ?? null,
    arguments: jsonText(state.input),
    result: jsonText(state.output ?? state.error),
    ...outcomeOf(part, state),
    startedAtMs: start ?? atMs,
    ...(start !== undefined && end !== undefined && { durationMs: end - start }),
    modelCallSeq: call?.seq ?? null,
    metadata: jsonText(
      restOf({ ...restOf(state, mappedOfState), partId: part.id, partMetadata: part.metadata }, new Set()),
    ),
  });
  session.settle(held);
  return state.status === 'completed' || state.status === 'error';
}

const mappedOfState = new Set(['status', 'input', 'output', 'error', 'time']);

function outcomeOf(
  { tool }: JsonObject,
  state: JsonObject,
): Pick<ToolCallRow, 'status' | 'errorType' | 'errorMessage'> {
  if (state.status === 'error') {
    const said = textOf(state.error) ?? '';
    if (/rejected permission|user rejected/i.test(said))
      return { status: 'denied', errorType: 'rejected', errorMessage: said };
    return /aborted/i.test(said)
      ? { status: 'cancelled', errorType: 'aborted', errorMessage: said }
      : { status: 'error', errorType: 'tool_error', errorMessage: said };
  }
  if (state.status !== 'completed') return { status: 'interrupted' };
  if (tool === 'invalid')
    return { status: 'error', errorType: 'invalid_tool_call', errorMessage: textOf(state.output) ?? null };
  const exit = numberOf(objectOf(state.metadata).exit);
  return exit === undefined || exit === 0
    ? { status: 'ok' }
    : { status: 'error', errorType: `exit_code_${exit}` };
}
