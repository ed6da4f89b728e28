export type { Archive } from './archive/archive.ts';
export { type OpenArchiveOptions, openArchive } from './archive/open-archive.ts';
export { type ReadSessionOptions, readSession, type SessionReader } from './archive/read-session.ts';
export type { ReadingPlan, TablePlan } from './archive/reading-plan.ts';
export { type FileHeader, readHeader } from './file/file-header.ts';
export { defineFixture, type Fixture, freezeArchive } from './golden/freeze-archive.ts';
export { type Redact, type RedactPath, redactBy, redactedMark } from './redact/redact.ts';
export { redactAddresses, redactKeys, redactTokens } from './redact/redact-rules.ts';
export type { ReadonlyDb, RecordKey, RecordValues, TableOf } from './row/table-types.ts';
export type {
  BeginValues,
  EndValues,
  ModelCallEnd,
  ModelCallOptions,
  RunningCall,
  ToolCallOptions,
} from './session/call-types.ts';
export type { CallUnderWay } from './session/calls.ts';
export {
  type CreatedSession,
  type CreateSessionOptions,
  createSession,
  type SessionValues,
} from './session/create-session.ts';
export { type OpenSessionOptions, openSession } from './session/open-session.ts';
export { openSessionAsync } from './session/open-session-async.ts';
export type { RecordOptions } from './session/record-options.ts';
export { type RecoverSessionsOptions, type Recovery, recoverSessions } from './session/recover-sessions.ts';
export type { CallOutcome } from './session/run-call.ts';
export type { SealOptions, StoreSealOptions } from './session/seal.ts';
export type { Session } from './session/session.ts';
export { identifyArchive } from './source/identify-archive.ts';
export type { KeyLayout, StoreUrl } from './store/index.ts';
export { rehearseUpgrade } from './upgrade/rehearse-upgrade.ts';
export { type RestoreArchiveOptions, restoreArchive } from './upgrade/restore-archive.ts';
export { type UpgradeArchiveOptions, type UpgradeResult, upgradeArchive } from './upgrade/upgrade-archive.ts';
export type { UpgradeVerification } from './upgrade/verify-rows.ts';
