import { statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { isStoreUrl, openStore } from '@varve/core/internal';
import type { VarveError } from '@varve/schema';
import { parseBucketGlob } from './bucket-glob.ts';
import type { Archives } from './stream-archives.ts';

/** The folders and prefixes among what was named, with a separator at the end: all that lies below them was listed. */
export function searchedRoots(where: Archives): string[] {
  return [where].flat().flatMap((name) => {
    if (isStoreUrl(name)) return parseBucketGlob(name) ? [] : `${openStore(name).url}/`;
    const path = resolve(name);
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [];
    return path.endsWith(sep) ? path : path + sep;
  });
}

/** What cannot be looked at now, or lies in a folder that cannot be searched, is not gone. */
export function isOutOfSight(path: string, problems: readonly VarveError[]): boolean {
  return problems.some(
    (problem) =>
      (problem.code === 'FILE_UNREADABLE' || isOfStore(problem)) &&
      problem.path &&
      (path + sep).startsWith(problem.path + sep),
  );
}

function isOfStore({ code }: VarveError): boolean {
  return code.startsWith('STORE_') || code === 'CLIENT_MISSING';
}
