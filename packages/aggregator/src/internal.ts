/**
 * Plumbing for varve's own packages. Not covered by semantic versioning: any release may change it.
 *
 * @packageDocumentation
 */
export { csvLine, type Partitioning, partitionings } from './export/index.ts';
export {
  type FoundFile,
  fetchWindows,
  isInStore,
  type KnownFacts,
  newNotes,
  recogniseArchives,
  streamArchives,
  streamCandidates,
} from './find/index.ts';
export { readyProcesses } from './processes/index.ts';
export { type LiveQuery, openLiveQuery, type PreparedQuery, prepareQuery } from './query/index.ts';
export { listDrizzleColumns, listJsonColumns } from './unified/index.ts';
export { type ArchiveOutcome, problemOf, runOnWorkers, serveTasks, stackOf, Tally } from './work/index.ts';
