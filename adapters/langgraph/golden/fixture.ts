import { emptyCheckpoint, INTERRUPT, JsonPlusSerializer, RESUME } from '@langchain/langgraph-checkpoint';
import { defineFixture, type Session } from '@varve/core';
import type { Lineage } from '@varve/migrations';
import type { Dumped } from '../src/saver/stored-value.ts';
import { ThreadWriter } from '../src/saver/thread-writer.ts';
import { type ThreadTables, threadLineage } from '../src/thread/index.ts';

const serde = new JsonPlusSerializer();
const messages = Array.from({ length: 20 }, (_, at) => ({ role: 'user', content: `message ${at} “é👋”` }));

/** A thread of three checkpoints: a long value that grows, bytes, a subgraph, and an interrupt that waits. */
export default defineFixture({
  lineage: threadLineage as unknown as Lineage<ThreadTables>,
  session: { id: 'thread/1', agentName: 'golden' } as never,
  async record(session) {
    const writer = new ThreadWriter(session as Session<ThreadTables>);
    await putCheckpoint(writer, { namespace: '', id: '1', values: { messages: messages.slice(0, 10) } });
    await putCheckpoint(writer, { namespace: '', id: '2', parentId: '1', values: { messages, file: bytes } });
    await putCheckpoint(writer, { namespace: 'sub:task-1', id: '3', values: { draft: 'x' } });
    const writes: [number, string, unknown][] = [
      [0, 'messages', [{ role: 'ai', content: 'done' }]],
      [1, 'file', bytes],
      [-3, INTERRUPT, { value: 'May I?' }],
      [-4, RESUME, ['yes']],
    ];
    const rows = writes.map(async ([idx, channel, value]) => ({ idx, channel, value: await dump(value) }));
    const task = { namespace: '', checkpointId: '2', taskId: 'task-1', taskPath: '~__pregel_pull, ask' };
    writer.putWrites({ ...task, rows: await Promise.all(rows) });
  },
});

const bytes = new Uint8Array([0, 255, 128, 10]);

function dump(value: unknown): Promise<Dumped> {
  return serde.dumpsTyped(value);
}

async function putCheckpoint(
  writer: ThreadWriter,
  it: { namespace: string; id: string; parentId?: string; values: Record<string, unknown> },
): Promise<void> {
  const versions = Object.fromEntries(Object.keys(it.values).map((channel) => [channel, Number(it.id)]));
  const values = Object.entries(it.values).map(
    async ([channel, value]) => [channel, await dump(value)] as const,
  );
  writer.put({
    namespace: it.namespace,
    parentId: it.parentId,
    newVersions: versions,
    checkpoint: { ...emptyCheckpoint(), id: it.id, channel_values: it.values, channel_versions: versions },
    value: await dump({
      v: 4,
      id: it.id,
      ts: '2026-11-26T12:00:00.000Z',
      versions_seen: { ask: { messages: 1 } },
    }),
    metadata: await dump({ source: 'loop', step: Number(it.id), parents: it.namespace ? { '': '2' } : {} }),
    values: new Map(await Promise.all(values)),
  });
}
