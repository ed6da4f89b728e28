import type { SerializerProtocol } from '@langchain/langgraph-checkpoint';
import { passOver } from './pass-over.ts';
import {
  findKept,
  loadKnown,
  type Pruned,
  type PruneOptions,
  readKnown,
  removeOthers,
  shrink,
} from './prune-thread.ts';
import { ThreadFolder } from './thread-folder.ts';
import type { Threads } from './threads.ts';

/** See `VarveSaver.prune`. */
export async function pruneThread(
  threads: Threads,
  threadId: string,
  serde: SerializerProtocol,
  options: PruneOptions,
): Promise<Pruned | undefined> {
  const name = ThreadFolder.nameOf(threadId);
  const found = threads.folder.find(name);
  if (!found) return undefined;
  const rows = threads.read(name, (reader) => readKnown(reader.sqlite)) ?? [];
  const known = await loadKnown(rows, serde);
  const kept = findKept(known, options.keep ?? 1);
  await threads.write(threadId, (writer) => {
    const { session } = writer;
    session.batch(() => removeOthers(session.sqlite, known, kept));
    writer.forget();
    shrink(session.sqlite);
  });
  if (!found.isLive) await threads.seal(name);
  return { kept: kept.size, removed: known.length - kept.size };
}

/** See `VarveSaver.sealIdle`. */
export async function sealIdleThreads(threads: Threads, idleMs: number): Promise<string[]> {
  const archives: string[] = [];
  for (const name of threads.folder.namesIdleSince(Date.now() - idleMs)) {
    try {
      const archive = await threads.seal(name, 0);
      if (archive) archives.push(archive);
    } catch (error) {
      passOver(error, 'SESSION_LOCKED');
    }
  }
  return archives;
}
