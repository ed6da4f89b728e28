export { type Pruned, type PruneOptions, VarveSaver, type VarveSaverOptions } from './saver/index.ts';
export { type ThreadTables, threadLineage, threadTables } from './thread/index.ts';
export { type RecordRunsOptions, recordRuns, VarveCallbackHandler } from './timeline/index.ts';
