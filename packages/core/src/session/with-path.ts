import { VarveError } from '@varve/schema/errors';

/** The error with the path of the session's file, where it names none: what is wrong with a row does not know its file. */
export function withPath(error: unknown, path: string): unknown {
  if (!(error instanceof VarveError) || error.path !== undefined) return error;
  const { code, message, hint, details, cause } = error;
  return new VarveError(code, message, { path, hint, details, cause });
}

/** What the work returns. */
export function withPathOf<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw withPath(error, path);
  }
}
