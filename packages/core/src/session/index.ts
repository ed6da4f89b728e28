export type {
  BeginValues,
  EndValues,
  ModelCallEnd,
  ModelCallOptions,
  RunningCall,
  ToolCallOptions,
} from './call-types.ts';
export type { CallUnderWay } from './calls.ts';
export {
  type CreatedSession,
  type CreateSessionOptions,
  createSession,
  type SessionValues,
} from './create-session.ts';
export { finishSeals, LiveSessions, type LiveSessionsOptions } from './live-sessions.ts';
export { type OpenSessionOptions, openSession } from './open-session.ts';
export { openSessionAsync } from './open-session-async.ts';
export type { RecordOptions } from './record-options.ts';
export { type RecoverSessionsOptions, type Recovery, recoverSessions } from './recover-sessions.ts';
export type { CallOutcome } from './run-call.ts';
export { KeysByContent, SaidSoFar } from './said-so-far.ts';
export type { SealOptions, StoreSealOptions } from './seal.ts';
export { sealArchive } from './seal-archive.ts';
export type { Session } from './session.ts';
export { sessionFileName } from './session-file-name.ts';
export { headImage } from './session-image.ts';
export type { StandardTables } from './standard-tables.ts';
