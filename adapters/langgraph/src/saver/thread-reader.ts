import { INTERRUPT, TASKS } from '@langchain/langgraph-checkpoint';
import type { Database } from '@varve/migrations/internal';
import { type ChannelMap, parseChannels } from './channel-map.ts';
import { type Cell, type Dumped, fromCell } from './stored-value.ts';
import { ValueChain } from './value-chain.ts';

export interface StoredWrite {
  readonly taskId: string;
  readonly channel: string;
  readonly value: Dumped;
}

/** A checkpoint with all that belongs to it, as it is stored. */
export interface StoredTuple {
  readonly threadId: string;
  readonly namespace: string;
  readonly id: string;
  readonly parentId: string | undefined;
  readonly value: Dumped;
  readonly metadata: Dumped;
  readonly channels: ChannelMap;
  readonly values: readonly (readonly [channel: string, value: Dumped])[];
  readonly writes: readonly StoredWrite[];
  /** What the tasks of the step before sent: part of a checkpoint of a format before 4. */
  readonly parentSends: readonly Dumped[];
}

/** Where a checkpoint stands, without its values. */
export interface StoredHead {
  readonly threadId: string;
  readonly namespace: string;
  readonly id: string;
  readonly metadata: Dumped;
}

export interface HeadQuery {
  readonly namespace?: string | undefined;
  readonly id?: string | undefined;
  readonly beforeId?: string | undefined;
}

interface CheckpointRow {
  readonly namespace: string;
  readonly id: string;
  readonly parentId: string | null;
  readonly type: string;
  readonly value: Cell;
  readonly channels: string;
  readonly metadataType: string;
  readonly metadata: Cell;
}

interface WriteCells {
  readonly taskId: string;
  readonly channel: string;
  readonly type: string;
  readonly value: Cell;
}

const columns =
  'namespace, id, parent_id AS parentId, type, value, channels, metadata_type AS metadataType, metadata';

/** Reads one thread at head, from a file that may be open for writing or an archive of any version. */
export class ThreadReader {
  readonly threadId: string;
  readonly sqlite: Database;
  readonly #chain: ValueChain;
  readonly #statements: ReturnType<typeof prepareStatements>;

  constructor(threadId: string, sqlite: Database) {
    this.threadId = threadId;
    this.sqlite = sqlite;
    this.#chain = new ValueChain(sqlite);
    this.#statements = prepareStatements(sqlite);
  }

  /** The checkpoint of this id, or the latest of the namespace. */
  tuple(namespace: string, id?: string): StoredTuple | undefined {
    const { one, latest } = this.#statements;
    const row = id === undefined ? latest.get(namespace) : one.get(namespace, id);
    return row && this.#tupleOf(row);
  }

  /** The checkpoints that fit, newest first. */
  heads({ namespace, id, beforeId }: HeadQuery): StoredHead[] {
    const rows = this.#statements.heads.all({
      namespace: namespace ?? null,
      id: id ?? null,
      beforeId: beforeId ?? null,
    });
    return rows.map((row) => ({
      threadId: this.threadId,
      namespace: row.namespace,
      id: row.id,
      metadata: [row.metadataType, fromCell(row.metadata)],
    }));
  }

  /** The checkpoint before this one, and so on to the first that is there, each when it is asked for. */
  *ancestors(namespace: string, id?: string): Generator<StoredTuple> {
    let parentId = this.#rowOf(namespace, id)?.parentId;
    while (parentId) {
      const row = this.#statements.one.get(namespace, parentId);
      if (!row) return;
      yield this.#tupleOf(row);
      parentId = row.parentId;
    }
  }

  /** Whether the graph waits for somebody's answer. */
  isInterrupted(): boolean {
    const latest = this.#rowOf('');
    return latest !== undefined && this.#writesOf('', latest.id).some(({ channel }) => channel === INTERRUPT);
  }

  #rowOf(namespace: string, id?: string): CheckpointRow | undefined {
    const { one, latest } = this.#statements;
    return id === undefined ? latest.get(namespace) : one.get(namespace, id);
  }

  #tupleOf(row: CheckpointRow): StoredTuple {
    const { namespace, id } = row;
    const channels = parseChannels(row.channels);
    const parentId = row.parentId ?? undefined;
    return {
      ...{ threadId: this.threadId, namespace, id, parentId, channels },
      value: [row.type, fromCell(row.value)],
      metadata: [row.metadataType, fromCell(row.metadata)],
      values: [...channels].flatMap(([channel, [, seq]]) => {
        const stored = seq === null ? undefined : this.#chain.read(seq);
        return stored ? [[channel, [stored.type, stored.bytes]] as const] : [];
      }),
      writes: this.#writesOf(namespace, id),
      parentSends: parentId
        ? this.#writesOf(namespace, parentId).flatMap(({ channel, value }) =>
            channel === TASKS ? [value] : [],
          )
        : [],
    };
  }

  #writesOf(namespace: string, checkpointId: string): StoredWrite[] {
    return this.#statements.writes.all(namespace, checkpointId).map(({ taskId, channel, type, value }) => {
      return { taskId, channel, value: [type, fromCell(value)] };
    });
  }
}

function prepareStatements(sqlite: Database) {
  return {
    one: sqlite.prepare<[string, string], CheckpointRow>(
      `SELECT ${columns} FROM checkpoints WHERE namespace = ? AND id = ?`,
    ),
    latest: sqlite.prepare<[string], CheckpointRow>(
      `SELECT ${columns} FROM checkpoints WHERE namespace = ? ORDER BY id DESC LIMIT 1`,
    ),
    heads: sqlite.prepare<[Record<string, string | null>], CheckpointRow>(
      `SELECT ${columns} FROM checkpoints
      WHERE (:namespace IS NULL OR namespace = :namespace) AND (:id IS NULL OR id = :id)
        AND (:beforeId IS NULL OR id < :beforeId)
      ORDER BY id DESC`,
    ),
    // Text is compared by its bytes, which is the order of code points that a superstep applies its writes in.
    writes: sqlite.prepare<[string, string], WriteCells>(
      `SELECT task_id AS taskId, channel, type, value FROM writes WHERE namespace = ? AND checkpoint_id = ?
      ORDER BY task_path, task_id, idx`,
    ),
  };
}
