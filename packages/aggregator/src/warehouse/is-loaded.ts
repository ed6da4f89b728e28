import type { FoundFile } from '../find/index.ts';
import type { LoadedArchive } from './contract.ts';

/** Whether an engine has a file's rows as it is, at a head. */
export function isLoaded(file: FoundFile, before: LoadedArchive | undefined, head: string): boolean {
  if (!before || before.state === 'failed' || before.head !== head) return false;
  const isSameTime = file.etag === undefined ? before.mtimeMs === file.mtimeMs : before.etag === file.etag;
  return before.sizeBytes === file.sizeBytes && isSameTime;
}
