export type { Archive } from './archive.ts';
export { ArchiveAttacher, type AttachedArchive, type AttachOptions } from './archive-attacher.ts';
export { type ArchiveSource, type ArchiveSourceOptions, openArchiveSource } from './archive-source.ts';
export { type OpenArchiveOptions, openArchive } from './open-archive.ts';
export { type ReadSessionOptions, readSession, type SessionReader } from './read-session.ts';
