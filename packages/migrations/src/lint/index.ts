export { type LintFinding, lintLineage } from './lint-lineage.ts';
export type { LintCode } from './lint-rules.ts';
export { changesRows, findNonDeterministic } from './rules/non-deterministic.ts';
