export { type ColumnKind, readDeclaredColumns, readSeenKinds } from './column-kinds.ts';
export {
  type ExportArchivesOptions,
  type ExportArchivesReport,
  type ExportedArchive,
  exportArchives,
} from './export-archives.ts';
export { type Partitioning, partitionings } from './export-partitions.ts';
export { type ExportUnifiedOptions, exportUnified } from './export-unified.ts';
export type { ExporterOptions, ExportReport } from './exporter.ts';
export { csvLine, type ExportFormat, exportFormats, openRowFile } from './open-row-file.ts';
