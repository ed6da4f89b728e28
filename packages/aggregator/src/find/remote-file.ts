import { isStoreUrl } from '@varve/core/internal';
import { type Problem, problemOf } from '../work/index.ts';
import type { FoundFile } from './found-file.ts';

/** Whether a file must be fetched before SQLite can read it. */
export function isRemote({ path }: Pick<FoundFile, 'path'>): boolean {
  return isStoreUrl(path);
}

/** What to open. */
export function localPathOf({ path, localPath }: Pick<FoundFile, 'path' | 'localPath'>): string {
  return localPath ?? path;
}

/** `problemOf`, about the archive itself, not about a copy of it. */
export function problemOfFile(cause: unknown, file: Pick<FoundFile, 'path' | 'localPath'>): Problem {
  const problem = problemOf(cause, file.path);
  return file.localPath === undefined ? problem : { ...problem, path: file.path };
}
