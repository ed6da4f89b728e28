/**
 * Plumbing for varve's own packages. Not covered by semantic versioning: any release may change it.
 *
 * @packageDocumentation
 */
export { type Partitioning, partitionings } from './export/export-partitions.ts';
export { csvLine } from './export/open-row-file.ts';
export { type LiveQuery, openLiveQuery } from './query/query-archives.ts';
export { type PreparedQuery, prepareQuery } from './query/run-query.ts';
export { serveTasks } from './work/serve-tasks.ts';
export { runOnWorkers } from './work/worker-pool.ts';
