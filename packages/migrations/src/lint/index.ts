export { type LintFinding, lintLineage } from './lint-lineage.ts';
export type { IntendedReference, IntendedReferences } from './lint-rule.ts';
export type { LintCode } from './lint-rules.ts';
export { changesRows, findNonDeterministic } from './rules/non-deterministic.ts';
