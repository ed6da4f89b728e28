import { type Check, checks, type Evidence } from './checks.ts';

export interface Plan {
  readonly chosen: readonly Check[];
  readonly skipped: readonly { readonly name: string; readonly because: string }[];
  /** 0 to 1: how much of what could be looked at will be. */
  readonly confidence: number;
}

/** Decides which checks a package deserves. */
export function planChecks(evidence: Evidence): Plan {
  const reasons = checks.map((check) => ({ check, because: check.skipReason(evidence) }));
  const chosen = reasons.flatMap(({ check, because }) => (because ? [] : [check]));
  const skipped = reasons.flatMap(({ check, because }) => (because ? [{ name: check.name, because }] : []));
  return { chosen, skipped, confidence: (1 + chosen.length) / (1 + checks.length) };
}
