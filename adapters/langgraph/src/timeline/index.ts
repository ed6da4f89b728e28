export { type RecordRunsOptions, recordRuns, VarveCallbackHandler } from './varve-callback-handler.ts';
