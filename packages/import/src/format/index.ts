export {
  type ChatField,
  chatFields,
  type Family,
  type FormatOptions,
  type LogFormat,
  type LogIdentity,
  type LogMapper,
  type MapContext,
  type PastSessions,
  type StartedAgent,
} from './contract.ts';
export { findFormats, formatNames, recogniseFormat } from './formats.ts';
export { firstTimeIn } from './json-access.ts';
export type { LogPlace, LogReading } from './log-reader.ts';
export { readLog } from './read-log.ts';
