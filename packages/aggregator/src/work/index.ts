export { crashProblem, type Problem, problemOf } from './problem.ts';
export { type Ask, serveTasks } from './serve-tasks.ts';
export { type ArchiveOutcome, Tally, type WorkOptions, type WorkReport } from './tally.ts';
export { runOnWorkers } from './worker-pool.ts';
export type { WorkerKind } from './worker-process.ts';
export { stackOf } from './worker-stacks.ts';
export { WorkersAhead } from './workers-ahead.ts';
