/**
 * Plumbing for varve's own packages. Not covered by semantic versioning: any release may change it.
 *
 * @packageDocumentation
 */
export { ArchiveAttacher, type AttachedArchive, type AttachOptions } from './archive/archive-attacher.ts';
export {
  type ArchiveSource,
  type ArchiveSourceOptions,
  openArchiveSource,
} from './archive/archive-source.ts';
export { ArchiveDraft } from './draft/archive-draft.ts';
export { atDeath } from './file/at-death.ts';
export { durableFs } from './file/durable-fs.ts';
export { fileError, onFile } from './file/file-error.ts';
export { headerSizeBytes, parseStart } from './file/file-header.ts';
export { hashFile } from './file/hash-file.ts';
export { lookBeside } from './file/look-beside.ts';
export { makePrivateDir, removePrivateDir } from './file/private-dir.ts';
export { isWorkFile, upgradedFile, workFile } from './file/work-file.ts';
export { findGoldenChanges } from './golden/golden-lock.ts';
export { acquireWriterLock, type LockHolder, lockHolder } from './lock/writer-lock.ts';
export { LiveSessions, type LiveSessionsOptions } from './session/live-sessions.ts';
export {
  clientMissing,
  fetchObject,
  isStoreUrl,
  keyLayouts,
  ObjectCache,
  type ObjectCacheOptions,
  openStore,
  type PushedFile,
  placeKey,
  pushFile,
  requestsInFlight,
  type Store,
  type StoreEntry,
  splitObjectUrl,
} from './store/index.ts';
export { removeUpgradeLeftovers } from './upgrade/upgrade-archive.ts';
