export {
  type ArchiveState,
  type Census,
  type CensusFile,
  type CensusOptions,
  type CountedArchive,
  type CountedVersion,
  census,
} from './census/index.ts';
export type { ExporterOptions, ExportReport } from './export/index.ts';
export {
  type ExportArchivesOptions,
  type ExportArchivesReport,
  type ExportedArchive,
  type ExportFormat,
  type ExportUnifiedOptions,
  exportArchives,
  exportFormats,
  exportUnified,
} from './export/index.ts';
export type { Archives, Selection, Shard } from './find/index.ts';
export { type FoundArchive, type FoundArchives, findArchives } from './find/index.ts';
export {
  type ListedArchive,
  type ManifestReport,
  type WriteManifestOptions,
  writeManifest,
} from './manifest/index.ts';
export {
  type PushArchivesOptions,
  type PushedArchive,
  type PushReport,
  pushArchives,
} from './push/index.ts';
export {
  type ArchivesAnswer,
  type PulledTable,
  type PullReport,
  type QueryArchivesOptions,
  type QueryResult,
  queryArchives,
  runQuery,
} from './query/index.ts';
export {
  type SealArchivesOptions,
  type SealedArchive,
  type SealReport,
  sealArchives,
} from './seal/index.ts';
export { type SearchHit, type SearchUnifiedOptions, searchUnified } from './search/index.ts';
export { type ArchiveTask, type ArchiveTaskResult, isRetryable, processArchive } from './task/index.ts';
export type {
  Duplicate,
  ReadArchive,
  RefreshReport,
  SessionClash,
  UnifiedSchema,
  UnifiedTable,
  UnifiedTables,
  UnifyProgress,
} from './unified/index.ts';
export {
  archivesTable,
  type OpenUnifiedOptions,
  openUnified,
  readUnified,
  Unified,
} from './unified/index.ts';
export type {
  UpgradedFile,
  UpgradeListeners,
  UpgradeProgress,
  UpgradeReport,
} from './upgrade/index.ts';
export {
  type RestoreArchivesOptions,
  type RestoredArchive,
  type RestoreReport,
  restoreArchives,
  type UpgradeArchivesOptions,
  upgradeArchives,
} from './upgrade/index.ts';
export type {
  ArchiveLoad,
  LoadArchivesOptions,
  LoadReport,
  WarehousePgTable,
  WarehousePgTables,
} from './warehouse/index.ts';
export {
  type ClickHouseUrl,
  type ClickHouseWarehouse,
  loadArchives,
  type OpenWarehouseOptions,
  openWarehouse,
  type PostgresUrl,
  type PostgresWarehouse,
} from './warehouse/index.ts';
export type { Problem, WorkOptions, WorkReport } from './work/index.ts';
