export { openLiveQuery, queryArchives } from './query-archives.ts';
export type {
  ArchivesAnswer,
  LiveQuery,
  PulledTable,
  PullReport,
  QueryArchivesOptions,
} from './query-options.ts';
export {
  type PreparedQuery,
  prepareOwnQuery,
  prepareQuery,
  type QueryResult,
  runQuery,
} from './run-query.ts';
