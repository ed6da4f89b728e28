export {
  type ChatField,
  chatFields,
  type Family,
  type FormatOptions,
  type LogFormat,
  type LogIdentity,
  type MapContext,
} from './contract.ts';
export { findFormats, formatNames, recogniseFormat } from './formats.ts';
export { type LogReading, readLog } from './read-log.ts';
