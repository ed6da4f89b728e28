export {
  type ExportSessionsOptions,
  exportSessions,
  type SessionsExport,
  type TrajectoryFormatName,
  trajectoryFormats,
} from './export/export-sessions.ts';
export { type ChatField, chatFields, type FormatOptions } from './format/contract.ts';
export { formatNames } from './format/formats.ts';
export type { ImportedSession } from './import-family.ts';
export {
  type ImportLogsOptions,
  type ImportProgress,
  type ImportReport,
  importLogs,
} from './import-logs.ts';
export type { ImportProblem } from './import-problem.ts';
