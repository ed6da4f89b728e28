import type { Row } from '../row/index.ts';
import type { CallContext, CallKeys } from './call-context.ts';
import type { CallRecord } from './call-record.ts';

export interface CallOutcome<TResult> {
  /** The key of the recorded call; undefined when it could not be recorded. */
  readonly seq: number | undefined;
  readonly result: TResult;
}

/** Runs what was called inside of its record. Returns what it returns and throws what it throws, always. */
export async function runCall<TResult>(
  call: CallRecord,
  context: CallContext,
  keys: CallKeys,
  run: () => TResult | Promise<TResult>,
  describe: (result: TResult) => Row,
): Promise<CallOutcome<TResult>> {
  let result: TResult;
  try {
    result = await context.run(keys, run);
  } catch (error) {
    call.fail(error);
    throw error;
  }
  call.end(describe(result));
  return { seq: call.seq, result };
}
