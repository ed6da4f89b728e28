import {
  type Checkpoint,
  type CheckpointMetadata,
  type CheckpointPendingWrite,
  type CheckpointTuple,
  maxChannelVersion,
  type SerializerProtocol,
  TASKS,
} from '@langchain/langgraph-checkpoint';
import { versionsOf } from './channel-map.ts';
import type { Dumped } from './stored-value.ts';
import type { StoredTuple, StoredWrite } from './thread-reader.ts';

type FirstVersion = () => number;

/** What LangGraph is given of a stored checkpoint. */
export async function loadTuple(
  stored: StoredTuple,
  serde: SerializerProtocol,
  firstVersion: FirstVersion,
): Promise<CheckpointTuple> {
  const { threadId, namespace, id, parentId } = stored;
  const configOf = (checkpoint_id: string) => ({
    configurable: { thread_id: threadId, checkpoint_ns: namespace, checkpoint_id },
  });
  const [checkpoint, metadata, pendingWrites] = await Promise.all([
    loadCheckpoint(stored, serde, firstVersion),
    load(serde, stored.metadata) as Promise<CheckpointMetadata>,
    loadWrites(stored.writes, serde),
  ]);
  const tuple = { config: configOf(id), checkpoint, metadata, pendingWrites };
  return parentId === undefined ? tuple : { ...tuple, parentConfig: configOf(parentId) };
}

export function loadWrites(
  writes: readonly StoredWrite[],
  serde: SerializerProtocol,
): Promise<CheckpointPendingWrite[]> {
  return Promise.all(
    writes.map(async ({ taskId, channel, value }): Promise<CheckpointPendingWrite> => {
      return [taskId, channel, await load(serde, value)];
    }),
  );
}

export function load(serde: SerializerProtocol, [type, bytes]: Dumped): Promise<unknown> {
  return serde.loadsTyped(type, bytes);
}

async function loadCheckpoint(
  stored: StoredTuple,
  serde: SerializerProtocol,
  firstVersion: FirstVersion,
): Promise<Checkpoint> {
  const { v, id, ts, versions_seen } = (await load(serde, stored.value)) as Checkpoint;
  const values = stored.values.map(async ([channel, value]) => [channel, await load(serde, value)] as const);
  const checkpoint = {
    ...{ v, id, ts },
    channel_values: Object.fromEntries(await Promise.all(values)),
    channel_versions: versionsOf(stored.channels),
    versions_seen,
  };
  if (v >= 4 || stored.parentId === undefined) return checkpoint;
  const versions = Object.values(checkpoint.channel_versions);
  checkpoint.channel_values[TASKS] = await Promise.all(stored.parentSends.map((send) => load(serde, send)));
  checkpoint.channel_versions[TASKS] = versions.length > 0 ? maxChannelVersion(...versions) : firstVersion();
  return checkpoint;
}
