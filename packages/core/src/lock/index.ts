export type { SharableLock, WriterLock } from './held-lock.ts';
export { acquireWriterLock, type LockHolder, lockHolder, withWriterLock } from './writer-lock.ts';
