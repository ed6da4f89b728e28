import type { DeltaChannelHistory, SerializerProtocol } from '@langchain/langgraph-checkpoint';
import { load, loadWrites } from './load-tuple.ts';
import type { Dumped } from './stored-value.ts';
import type { StoredTuple, StoredWrite } from './thread-reader.ts';

interface StoredHistory {
  readonly channel: string;
  /** Oldest first. */
  readonly writes: StoredWrite[];
  seed: Dumped | undefined;
}

type LoadHistory = (serde: SerializerProtocol) => Promise<Record<string, DeltaChannelHistory>>;

/**
 * What delta channels are put together from: the value at the nearest ancestor that has one, and what was written from
 * there on. The ancestors come nearest first, and are read as far as is needed.
 */
export function deltaHistory(ancestors: Iterable<StoredTuple>, channels: readonly string[]): LoadHistory {
  const histories = channels.map((channel): StoredHistory => ({ channel, writes: [], seed: undefined }));
  let left = histories;
  for (const { writes, values } of ancestors) {
    for (const history of left) {
      history.writes.unshift(...writes.filter(({ channel }) => channel === history.channel));
      history.seed = values.find(([channel]) => channel === history.channel)?.[1];
    }
    left = left.filter(({ seed }) => seed === undefined);
    if (left.length === 0) break;
  }
  return async (serde) =>
    Object.fromEntries(await Promise.all(histories.map((it) => loadHistory(it, serde))));
}

async function loadHistory(
  { channel, writes, seed }: StoredHistory,
  serde: SerializerProtocol,
): Promise<[string, DeltaChannelHistory]> {
  const loaded = { writes: await loadWrites(writes, serde) };
  return [channel, seed === undefined ? loaded : { ...loaded, seed: await load(serde, seed) }];
}
