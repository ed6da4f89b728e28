export {
  type ArchiveState,
  type Census,
  type CensusOptions,
  type CountedArchive,
  type CountedVersion,
  census,
} from './census/census.ts';
export {
  type ExportArchivesOptions,
  type ExportArchivesReport,
  type ExportedArchive,
  exportArchives,
} from './export/export-archives.ts';
export { type ExportUnifiedOptions, exportUnified } from './export/export-unified.ts';
export type { ExporterOptions, ExportReport } from './export/exporter.ts';
export { type ExportFormat, exportFormats } from './export/open-row-file.ts';
export { type FoundArchive, type FoundArchives, findArchives } from './find/find-archives.ts';
export type { Selection } from './find/selection.ts';
export type { Shard } from './find/shard.ts';
export type { Archives } from './find/stream-archives.ts';
export { type ManifestReport, type WriteManifestOptions, writeManifest } from './manifest/write-manifest.ts';
export {
  type PushArchivesOptions,
  type PushedArchive,
  type PushReport,
  pushArchives,
} from './push/push-archives.ts';
export {
  type ArchivesAnswer,
  type PulledTable,
  type PullReport,
  type QueryArchivesOptions,
  queryArchives,
} from './query/query-archives.ts';
export { type QueryResult, runQuery } from './query/run-query.ts';
export { type SearchHit, type SearchUnifiedOptions, searchUnified } from './search/search-unified.ts';
export { isRetryable } from './task/is-retryable.ts';
export { type ArchiveTask, type ArchiveTaskResult, processArchive } from './task/process-archive.ts';
export { archivesTable } from './unified/archives-table.ts';
export type { Duplicate, SessionClash } from './unified/duplicates.ts';
export type { UnifyProgress } from './unified/ingest-options.ts';
export { type OpenUnifiedOptions, openUnified, Unified } from './unified/open-unified.ts';
export { readUnified } from './unified/read-unified.ts';
export type { RefreshReport } from './unified/refresh-unified.ts';
export type { UnifiedSchema } from './unified/unified-schema.ts';
export type { UnifiedTable, UnifiedTables } from './unified/unified-tables.ts';
export {
  type RestoreArchivesOptions,
  type RestoreReport,
  restoreArchives,
} from './upgrade/restore-archives.ts';
export { type UpgradeArchivesOptions, upgradeArchives } from './upgrade/upgrade-archives.ts';
export type {
  UpgradedFile,
  UpgradeListeners,
  UpgradeProgress,
  UpgradeReport,
} from './upgrade/upgrade-log.ts';
export type { ArchiveLoad, LoadArchivesOptions, LoadReport } from './warehouse/load-archives.ts';
export {
  type ClickHouseUrl,
  type ClickHouseWarehouse,
  loadArchives,
  type OpenWarehouseOptions,
  openWarehouse,
  type PostgresUrl,
  type PostgresWarehouse,
} from './warehouse/open-warehouse.ts';
export type { WarehousePgTable, WarehousePgTables } from './warehouse/warehouse-pg-tables.ts';
export type { Problem } from './work/problem.ts';
