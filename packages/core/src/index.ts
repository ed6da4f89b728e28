export type { Archive } from './archive/index.ts';
export {
  type OpenArchiveOptions,
  openArchive,
  type ReadSessionOptions,
  readSession,
  type SessionReader,
} from './archive/index.ts';
export { type FileHeader, readHeader } from './file/index.ts';
export { defineFixture, type Fixture, freezeArchive } from './golden/index.ts';
export type { ReadingPlan, TablePlan } from './reading/index.ts';
export {
  type Redact,
  type RedactPath,
  redactAddresses,
  redactBy,
  redactedMark,
  redactKeys,
  redactTokens,
} from './redact/index.ts';
export type { ReadonlyDb, RecordKey, RecordValues, TableOf } from './row/index.ts';
export type {
  BeginValues,
  CallOutcome,
  CallUnderWay,
  EndValues,
  ModelCallEnd,
  ModelCallOptions,
  RecordOptions,
  RunningCall,
  SealOptions,
  Session,
  StoreSealOptions,
  ToolCallOptions,
} from './session/index.ts';
export {
  type CreatedSession,
  type CreateSessionOptions,
  createSession,
  type OpenSessionOptions,
  openSession,
  openSessionAsync,
  type RecoverSessionsOptions,
  type Recovery,
  recoverSessions,
  type SessionValues,
  sealArchive,
} from './session/index.ts';
export { identifyArchive, type NewerFiles } from './source/index.ts';
export type { KeyLayout, StoreUrl } from './store/index.ts';
export type { UpgradeVerification } from './upgrade/index.ts';
export {
  type RestoreArchiveOptions,
  rehearseUpgrade,
  restoreArchive,
  type UpgradeArchiveOptions,
  type UpgradeResult,
  upgradeArchive,
} from './upgrade/index.ts';
