import { extname, join } from 'node:path';
import { makePrivateDir, removePrivateDir, requestsInFlight } from '@varve/core/internal';
import { VarveError } from '@varve/schema';
import { fetchFile, inFlight, isRemote } from '../find/index.ts';
import type { ArchiveComparison } from './archive-comparison.ts';
import type { UnifiedWriter } from './unified-writer.ts';

/**
 * Objects of a store are not here any more when another archive of the same session comes: those that claim a session
 * together are fetched once more and compared, session by session.
 */
export async function countStoredOnce(writer: UnifiedWriter, comparison: ArchiveComparison): Promise<void> {
  for (const { paths } of writer.duplicates.listClashes()) {
    if (!paths.some((path) => isRemote({ path }))) continue;
    const dir = makePrivateDir();
    try {
      const copies = await fetchAll(paths, dir);
      const count = () => {
        for (const path of paths) {
          const archive = writer.entries.find(path);
          if (archive) writer.countOnce(archive.id);
        }
      };
      comparison.withCopies(copies, () => writer.write(count));
    } finally {
      removePrivateDir(dir);
    }
  }
}

/** Without those that cannot be had any more, which count as they were read. */
async function fetchAll(paths: readonly string[], dir: string): Promise<ReadonlyMap<string, string>> {
  const remote = paths.filter((path) => isRemote({ path }));
  const copies = new Map<string, string>();
  const fetch = async ([at, path]: [number, string]) => {
    const local = join(dir, `${at}${extname(path)}`);
    try {
      await fetchFile(
        { path, relativePath: path, sizeBytes: 0, mtimeMs: 0, sidecars: [], isNamed: true },
        local,
      );
      copies.set(path, local);
    } catch (error) {
      if (!(error instanceof VarveError)) throw error;
    }
  };
  for await (const _ of inFlight(remote.entries(), requestsInFlight, fetch));
  return copies;
}
