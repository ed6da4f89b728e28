export type { StepRole } from './column-roles.ts';
export { fileKey, parseSessionKey, sessionKey } from './file-key.ts';
export { findSource } from './find-source.ts';
export {
  type HeadShape,
  type HeadTable,
  headShapeOf,
  type SessionsTable,
  type TimelineTable,
} from './head-shape.ts';
export type { OpenFile, Scan, SessionFile, SessionSource } from './session-source.ts';
