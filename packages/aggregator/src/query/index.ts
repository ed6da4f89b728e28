export {
  type ArchivesAnswer,
  type LiveQuery,
  openLiveQuery,
  type PulledTable,
  type PullReport,
  type QueryArchivesOptions,
  queryArchives,
} from './query-archives.ts';
export {
  type PreparedQuery,
  prepareOwnQuery,
  prepareQuery,
  type QueryResult,
  runQuery,
} from './run-query.ts';
