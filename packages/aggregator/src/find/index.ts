export { archiveIdOf } from './archive-id.ts';
export { assertApart } from './assert-apart.ts';
export { type FetchedWindow, fetchFile, fetchWindows } from './fetch-windows.ts';
export { type FileCount, FileList } from './file-list.ts';
export { type FoundArchive, type FoundArchives, findArchives, recogniseArchives } from './find-archives.ts';
export type { FoundFile, KnownFacts } from './found-file.ts';
export { inFlight } from './in-flight.ts';
export { archiveKind, gatherArchives, listFiles } from './list-files.ts';
export { manifestApplicationId, openManifest } from './manifest-file.ts';
export { isParquetManifest, manifestColumns, unpackManifest } from './parquet-manifest.ts';
export { isExpected, type RecognisedFile, recogniseArchive } from './recognise-archive.ts';
export { isRemote, localPathOf, problemOfFile } from './remote-file.ts';
export { isOutOfSight, searchedRoots } from './searched-roots.ts';
export { SeenArchives } from './seen-archives.ts';
export { isSelected, type Selection } from './selection.ts';
export type { Shard } from './shard.ts';
export {
  type Archives,
  isInStore,
  streamArchives,
  streamCandidates,
} from './stream-archives.ts';
export { newNotes, sidecarSuffixes, streamFiles, type WalkNotes } from './stream-files.ts';
export { unpackManifests } from './unpack-manifests.ts';
export { viewApplicationId } from './view-stamp.ts';
