import type { Problem } from './report.ts';

/** Said when the work was stopped because of what failed. */
export function tooManyFailures(most: number): Problem {
  return {
    code: 'FAILURES_EXCEEDED',
    message: `more than ${most} failed, and the work was stopped`,
    hint: 'look at what failed; run it again when that is mended, it does what is left',
  };
}
