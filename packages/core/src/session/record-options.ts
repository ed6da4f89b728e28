import { VarveError } from '@varve/schema/errors';
import { fileError } from '../file/index.ts';
import type { Redact } from '../redact/index.ts';
import { withPath } from './with-path.ts';

/** How a session records. */
export interface RecordOptions {
  /**
   * Told of what `begin`, `end`, `fail`, `callTool`, `callModel` and `tryRecord` could not record; what it throws is
   * ignored. Unless given, the first such error of a session is a warning of the process.
   */
  readonly onRecordError?: (error: VarveError) => void;
  /**
   * What a recorded row outlives. `power`: a power failure too, since each commit is forced to the disk before the call
   * returns, which blocks the process for as long as the disk takes. `process`: the end of the process, by SIGKILL too;
   * within some ten milliseconds, off the event loop, it is forced to the disk, as it is by `flush`, `close` and `seal`.
   */
  readonly durability?: 'power' | 'process';
  /** Applied to every value before it is stored through the session; not to what plain Drizzle writes. */
  readonly redact?: Redact;
}

export type ReportError = (cause: unknown) => void;

/** Never throws. */
export function errorReporter(path: string, onRecordError: RecordOptions['onRecordError']): ReportError {
  const tell = onRecordError ?? warnOnce(path);
  return (cause) => {
    try {
      tell(recordError(withPath(cause, path), path));
    } catch {}
  };
}

function warnOnce(path: string): (error: VarveError) => void {
  let hasWarned = false;
  return (error) => {
    if (hasWarned) return;
    hasWarned = true;
    process.emitWarning(`${path}: not everything is recorded: ${error.message}`, {
      type: 'VarveWarning',
      code: error.code,
      detail: 'give the session onRecordError to be told of each; the agent goes on',
    });
  };
}

function recordError(cause: unknown, path: string): VarveError {
  const error = fileError(cause, path, 'write');
  if (error instanceof VarveError) return error;
  const reason = error instanceof Error ? error.name : typeof error;
  return new VarveError('ROW_INVALID', `the row could not be recorded (${reason})`, {
    path,
    hint: 'look at the cause',
    cause,
  });
}
