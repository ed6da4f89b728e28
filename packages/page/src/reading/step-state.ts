import type { StepState } from '../api/index.ts';

const words: Readonly<Record<StepState, readonly string[]>> = {
  failed: ['error', 'failed', 'failure', 'denied', 'interrupted', 'timeout', 'crashed'],
  running: ['running', 'pending', 'started', 'in_progress', 'in progress'],
  stopped: ['cancelled', 'canceled', 'skipped', 'aborted'],
  ok: ['ok', 'success', 'completed', 'complete', 'done', 'succeeded'],
  none: [],
};

const states = new Map(
  Object.entries(words).flatMap(([state, names]) => names.map((name) => [name, state as StepState] as const)),
);

/** How a step ended, by its table's own word for it, else by whether it has an error. */
export function stepState(status: string | null, hasError: boolean): StepState {
  return states.get(status?.toLowerCase() ?? '') ?? (hasError ? 'failed' : 'none');
}

/** The words that count as failures, as an SQL list. */
export const failureWords: string = words.failed.map((word) => `'${word}'`).join(', ');
