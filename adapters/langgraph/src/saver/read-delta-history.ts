import type { RunnableConfig } from '@langchain/core/runnables';
import {
  type DeltaChannelHistory,
  getCheckpointId,
  type SerializerProtocol,
} from '@langchain/langgraph-checkpoint';
import { deltaHistory } from './delta-history.ts';
import { readThread } from './list-tuples.ts';
import { namespaceOf, threadOf } from './thread-config.ts';
import type { Threads } from './threads.ts';

/** What the checkpoints before the one that is named, or the latest, hold of delta channels; empty without a thread. */
export async function readDeltaHistory(
  threads: Threads,
  { config, channels }: { readonly config: RunnableConfig; readonly channels: string[] },
  serde: SerializerProtocol,
): Promise<Record<string, DeltaChannelHistory>> {
  const threadId = threadOf(config);
  const id = getCheckpointId(config) || undefined;
  const found =
    threadId !== undefined && channels.length > 0
      ? readThread(threads, threadId, (reader) =>
          deltaHistory(reader.ancestors(namespaceOf(config), id), channels),
        )
      : undefined;
  return (found ?? deltaHistory([], channels))(serde);
}
