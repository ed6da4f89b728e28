import {
  type Checkpoint,
  type CheckpointMetadata,
  type PendingWrite,
  type SerializerProtocol,
  WRITES_IDX_MAP,
} from '@langchain/langgraph-checkpoint';

/** What is stored of a checkpoint, with the values of those of its channels that changed. */
export async function dumpCheckpoint(
  serde: SerializerProtocol,
  { v, id, ts, versions_seen, channel_values }: Checkpoint,
  metadata: CheckpointMetadata,
  channels: readonly string[],
) {
  const [value, dumpedMetadata, ...values] = await Promise.all([
    serde.dumpsTyped({ v, id, ts, versions_seen }),
    serde.dumpsTyped(metadata),
    ...channels.map((channel) => serde.dumpsTyped(channel_values[channel])),
  ]);
  const byChannel = new Map(values.map((dumped, at) => [channels[at] as string, dumped]));
  return { value, metadata: dumpedMetadata, values: byChannel };
}

/** What is stored of a task's writes; those to channels of LangGraph's own have places of their own. */
export function dumpWrites(serde: SerializerProtocol, writes: readonly PendingWrite[]) {
  return Promise.all(
    writes.map(async ([channel, value], at) => {
      const idx = Object.hasOwn(WRITES_IDX_MAP, channel) ? (WRITES_IDX_MAP[channel] as number) : at;
      return { idx, channel, value: await serde.dumpsTyped(value) };
    }),
  );
}
