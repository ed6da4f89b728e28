/**
 * Plumbing for varve's own packages. Not covered by semantic versioning: any release may change it.
 *
 * @packageDocumentation
 */
export {
  ArchiveAttacher,
  type ArchiveSource,
  type ArchiveSourceOptions,
  type AttachedArchive,
  type AttachOptions,
  openArchiveSource,
} from './archive/index.ts';
export {
  arrayOf,
  type ClaudeIdentity,
  ClaudeMapper,
  claudeAnswerKey,
  claudeUsage,
  countOf,
  isObject,
  type JsonObject,
  jsonText,
  LogClock,
  numberOf,
  objectOf,
  plainPart,
  restOf,
  type SavedClaude,
  type TranscriptContext,
  type TranscriptFacts,
  type TranscriptMessage,
  type TranscriptModelCall,
  type TranscriptResult,
  type TranscriptRow,
  type TranscriptToolCall,
  type TranscriptWriter,
  textOf,
  type Usage,
} from './claude/index.ts';
export { ArchiveDraft } from './draft/index.ts';
export {
  assertNoLink,
  atDeath,
  durableFs,
  fileError,
  hashFile,
  headerSizeBytes,
  isRunning,
  isWorkFile,
  type Leftover,
  leftoverUpgrade,
  lookBeside,
  lstatOf,
  makePrivateDir,
  onFile,
  parseStart,
  removePrivateDir,
  workFile,
} from './file/index.ts';
export { findGoldenChanges } from './golden/index.ts';
export { acquireWriterLock, type LockHolder, lockHolder } from './lock/index.ts';
export {
  type DbSchema,
  type ModuleRelations,
  moduleRelations,
  openDb,
  openDb1,
  type RelatedTable,
} from './orm/index.ts';
export { redactRow } from './redact/index.ts';
export { foldTexts, inPieces, unfoldTexts } from './row/index.ts';
export {
  finishSeals,
  KeysByContent,
  LiveSessions,
  type LiveSessionsOptions,
  SaidSoFar,
  type StandardTables,
  sessionFileName,
} from './session/index.ts';
export { type JudgedArchive, judgeArchive } from './source/index.ts';
export {
  clientMissing,
  dayOfName,
  errorOfObject,
  fetchObject,
  isStoreUrl,
  keyLayouts,
  ObjectCache,
  type ObjectCacheOptions,
  openStore,
  type PushedFile,
  placeKey,
  pushFile,
  readyStore,
  requestsInFlight,
  type Store,
  type StoreEntry,
  splitObjectUrl,
} from './store/index.ts';
export { removeLeftover } from './upgrade/index.ts';
