export type { Archive } from './archive.ts';
export { ArchiveAttacher, type AttachedArchive, type AttachOptions } from './archive-attacher.ts';
export { type ArchiveSource, type ArchiveSourceOptions, openArchiveSource } from './archive-source.ts';
export {
  type CreatedSession,
  type CreateSessionOptions,
  createSession,
  type SessionValues,
} from './create-session.ts';
export { fileError } from './file-error.ts';
export { type FileHeader, readHeader } from './file-header.ts';
export { defineFixture, type Fixture, freezeArchive } from './freeze-archive.ts';
export { findGoldenChanges } from './golden-lock.ts';
export { identifyArchive } from './identify-archive.ts';
export { type OpenArchiveOptions, openArchive } from './open-archive.ts';
export { type OpenSessionOptions, openSession } from './open-session.ts';
export { openSessionAsync } from './open-session-async.ts';
export { makePrivateDir, removePrivateDir } from './private-dir.ts';
export { type ReadSessionOptions, readSession, type SessionReader } from './read-session.ts';
export type { ReadingPlan, TablePlan } from './reading-plan.ts';
export { type RecoverSessionsOptions, type Recovery, recoverSessions } from './recover-sessions.ts';
export { rehearseUpgrade } from './rehearse-upgrade.ts';
export { type RestoreArchiveOptions, restoreArchive } from './restore-archive.ts';
export type { SealOptions } from './seal.ts';
export type { Session } from './session.ts';
export type { ReadonlyDb, RecordKey, RecordValues, TableOf } from './table-types.ts';
export type { CallOutcome, ToolCallOptions } from './tool-call.ts';
export {
  removeUpgradeLeftovers,
  type UpgradeArchiveOptions,
  type UpgradeResult,
  upgradeArchive,
} from './upgrade-archive.ts';
export type { UpgradeVerification } from './verify-rows.ts';
export { isWorkFile, upgradedFile } from './work-file.ts';
export { type LockHolder, lockHolder } from './writer-lock.ts';
