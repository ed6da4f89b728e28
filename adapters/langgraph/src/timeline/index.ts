export { recordRuns } from './record-runs.ts';
export { type RecordRunsOptions, VarveCallbackHandler } from './varve-callback-handler.ts';
