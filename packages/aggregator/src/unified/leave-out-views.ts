import { type FileList, type FoundFile, isRemote } from '../find/index.ts';
import { isUnifiedFile } from './unified-file.ts';
import type { UnifiedWriter } from './unified-writer.ts';

/**
 * Forgets of files that were read and failed those that are unified views and were met on the way; returns how many.
 * Only after a failure: to look at each file before would cost more than all of them together.
 */
export function leaveOutViews(writer: UnifiedWriter, read: FileList): number {
  const failed = writer.entries.listProblems().map(({ path }) => read.find(path)?.file);
  const views = failed.filter((file) => file !== undefined).filter(isViewMet);
  for (const { path } of views) {
    const known = writer.entries.find(path);
    if (known) writer.write(() => writer.removeArchive(known.id));
  }
  return views.length;
}

/** Of a file that failed. */
export function isViewMet(file: FoundFile): boolean {
  if (file.isNamed || isRemote(file)) return false;
  try {
    return isUnifiedFile(file.path);
  } catch {
    return false;
  }
}
