import type { Problem } from './checks.ts';
import type { verdicts } from './schema.ts';

const penalties: Readonly<Record<Problem['severity'], number>> = { info: 5, warning: 20, critical: 50 };

export type Verdict = (typeof verdicts.$inferInsert)['verdict'];

/** A verdict with its score: 100 is spotless. */
export function judgeProblems(problems: readonly Problem[]) {
  const lost = problems.reduce((sum, { severity }) => sum + penalties[severity], 0);
  const score = Math.max(0, 100 - lost);
  const verdict: Verdict = score >= 80 ? 'approve' : score >= 40 ? 'review' : 'reject';
  return { verdict, score, reasons: problems.map(({ message }) => message) };
}
