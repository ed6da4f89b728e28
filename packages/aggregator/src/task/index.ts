export { isRetryable } from './is-retryable.ts';
export { type ArchiveTask, type ArchiveTaskResult, processArchive } from './process-archive.ts';
