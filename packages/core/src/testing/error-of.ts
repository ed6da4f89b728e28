import { VarveError } from '@varve/schema';

/** The VarveError that some work throws; anything else it throws, and its success, fail the test. */
export function errorOf(work: () => unknown): VarveError {
  try {
    work();
  } catch (error) {
    if (error instanceof VarveError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

export async function rejectionOf(work: Promise<unknown>): Promise<VarveError> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  return errorOf(() => {
    if (outcome !== undefined) throw outcome;
  });
}
