export {
  type ExportSessionsOptions,
  exportSessions,
  type SessionsExport,
  type TrajectoryFormatName,
  trajectoryFormats,
} from './export-sessions.ts';
