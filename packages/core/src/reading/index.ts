export { findRefusal, type Reading, readAtHead } from './read-at-head.ts';
export type { ReadingPlan, TablePlan } from './reading-plan.ts';
