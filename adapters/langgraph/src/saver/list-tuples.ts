import { isDeepStrictEqual } from 'node:util';
import type {
  CheckpointListOptions,
  CheckpointTuple,
  SerializerProtocol,
} from '@langchain/langgraph-checkpoint';
import { load } from './load-tuple.ts';
import { passOver } from './pass-over.ts';
import { ThreadFolder } from './thread-folder.ts';
import type { HeadQuery, StoredHead, StoredTuple, ThreadReader } from './thread-reader.ts';
import type { Threads } from './threads.ts';

type Filter = CheckpointListOptions['filter'];

interface ListParts {
  readonly limit?: number;
  readonly filter?: Filter;
  readonly serde: SerializerProtocol;
  readonly load: (stored: StoredTuple) => Promise<CheckpointTuple>;
}

/** A list is most often left after its first. */
const maxTuplesAtOnce = 32;

/** Newest first: of one thread, or of all when none is named. */
export async function* listTuples(
  threads: Threads,
  threadId: string | undefined,
  query: HeadQuery,
  parts: ListParts,
): AsyncGenerator<CheckpointTuple> {
  const { limit = Number.POSITIVE_INFINITY } = parts;
  const names = threadId === undefined ? threads.folder.names() : [ThreadFolder.nameOf(threadId)];
  const heads = names.flatMap((name) => headsOf(threads, name, query, names.length === 1));
  if (names.length > 1) heads.sort((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0));
  let left = limit;
  let size = 1;
  for (let at = 0; at < heads.length && left > 0; at += size, size = Math.min(size * 2, maxTuplesAtOnce)) {
    const found = await loadTuples(threads, heads.slice(at, at + size), parts);
    for (const tuple of found.slice(0, left)) yield tuple;
    left -= found.length;
  }
}

export function readThread<T>(
  threads: Threads,
  threadId: string,
  work: (reader: ThreadReader) => T,
): T | undefined {
  return threads.read(ThreadFolder.nameOf(threadId), (reader) => {
    // Another thread's, where a file system does not tell the cases of letters apart.
    return reader.threadId === threadId ? work(reader) : undefined;
  });
}

/** A file that cannot be read does not keep the other threads from being listed. */
function headsOf(threads: Threads, name: string, query: HeadQuery, isOnly: boolean): StoredHead[] {
  try {
    return threads.read(name, (reader) => reader.heads(query)) ?? [];
  } catch (error) {
    if (isOnly) throw error;
    passOver(error);
    return [];
  }
}

async function isMatch({ metadata }: StoredHead, { filter, serde }: ListParts): Promise<boolean> {
  const wanted = Object.entries(filter ?? {}).filter(([, value]) => value !== undefined);
  if (wanted.length === 0) return true;
  const values = (await load(serde, metadata)) as Record<string, unknown>;
  return wanted.every(([key, value]) => isDeepStrictEqual(values[key], value));
}

/** Those that fit, in their order; each file is opened once. */
async function loadTuples(
  threads: Threads,
  heads: readonly StoredHead[],
  parts: ListParts,
): Promise<CheckpointTuple[]> {
  const fits = await Promise.all(heads.map((head) => isMatch(head, parts)));
  const wanted = heads.filter((_, at) => fits[at]);
  const stored = new Map<StoredHead, StoredTuple | undefined>();
  for (const [threadId, ofThread] of Map.groupBy(wanted, (head) => head.threadId)) {
    readThread(threads, threadId, (reader) => {
      for (const head of ofThread) stored.set(head, reader.tuple(head.namespace, head.id));
    });
  }
  const found = wanted.flatMap((head) => stored.get(head) ?? []);
  return Promise.all(found.map((it) => parts.load(it)));
}
