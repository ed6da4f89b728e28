import type { Row } from '../row/index.ts';

/**
 * How a call failed. `error.type` as OpenTelemetry has it: the error's own code where it has one, else its class. An
 * `AbortError` is a call that was cancelled. Never throws, whatever was thrown.
 */
export function describeFailure(error: unknown): Row {
  try {
    if (!(error instanceof Error))
      return { status: 'error', errorType: typeof error, errorMessage: String(error) };
    const code = 'code' in error && typeof error.code === 'string' ? error.code : String(error.name);
    const status = error.name === 'AbortError' ? 'cancelled' : 'error';
    return { status, errorType: code, errorMessage: String(error.message) };
  } catch {
    return { status: 'error', errorType: typeof error, errorMessage: null };
  }
}
