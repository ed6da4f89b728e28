import { VarveError } from '@varve/schema';

/** An error as the model reads it: its code, what happened, and what to do. */
export function explainError(error: unknown): string {
  if (!(error instanceof VarveError)) return error instanceof Error ? error.message : String(error);
  return `error[${error.code}]: ${error.message}\nhint: ${error.hint}`;
}
