export type { ImportedSession } from './archive-finisher.ts';
export {
  type ExportSessionsOptions,
  exportSessions,
  type SessionsExport,
  type TrajectoryFormatName,
  trajectoryFormats,
} from './export/index.ts';
export { type ChatField, chatFields, type FormatOptions, formatNames } from './format/index.ts';
export { importLogs } from './import-logs.ts';
export type { ImportLogsOptions, ImportProgress } from './import-logs-options.ts';
export type { ImportProblem } from './import-problem.ts';
export type { ImportReport } from './import-report.ts';
