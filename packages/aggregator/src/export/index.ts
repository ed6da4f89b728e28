export { type ColumnKind, readDeclaredColumns, readSeenKinds } from './column-kinds.ts';
export { exportArchives } from './export-archives.ts';
export type {
  ExportArchivesOptions,
  ExportArchivesReport,
  ExportedArchive,
} from './export-archives-options.ts';
export { type Partitioning, partitionings } from './export-partitions.ts';
export { type ExportUnifiedOptions, exportUnified } from './export-unified.ts';
export type { ExporterOptions, ExportReport } from './exporter.ts';
export { csvLine, type ExportFormat, exportFormats, openRowFile } from './open-row-file.ts';
