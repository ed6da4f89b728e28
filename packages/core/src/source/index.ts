export { copyAsUtf8 } from './copy-as-utf8.ts';
export { type FileAtRest, type FileState, fingerprint, inspectAtRest, inspectFile } from './file-state.ts';
export { identifyArchive, type JudgedArchive, judgeArchive } from './identify-archive.ts';
export { identifyForReading, type NewerFiles } from './identify-for-reading.ts';
export { openInPlace, openSource } from './open-source.ts';
export { assertNotReadThroughLink, attachThroughLink, isLeftInWal } from './open-through-link.ts';
export { openPrivateCopy, withoutWal } from './private-copy.ts';
export type { Source } from './source.ts';
