import type { ChannelVersions, Checkpoint } from '@langchain/langgraph-checkpoint';
import type { Session } from '@varve/core';
import type { ThreadTables } from '../thread/index.ts';
import { type ChannelEntry, type ChannelMap, parseChannels, renderChannels } from './channel-map.ts';
import { type Cell, type Dumped, isEqual, sharedLength, toCell } from './stored-value.ts';
import { prepareStatements, type ThreadStatements } from './thread-statements.ts';
import { type StoredValue, ValueChain } from './value-chain.ts';

/** Shorter values are stored whole. */
const minSharedBytes = 256;
/** What a value may be put together of: reading each row takes some microseconds. */
const maxRows = 400;

export interface PutValues {
  readonly namespace: string;
  readonly parentId: string | undefined;
  readonly checkpoint: Checkpoint;
  readonly newVersions: ChannelVersions;
}

export interface PutRow extends PutValues {
  readonly value: Dumped;
  readonly metadata: Dumped;
  /** By channel: of those that `channelsToDump` named. */
  readonly values: ReadonlyMap<string, Dumped>;
}

export interface WriteRow {
  readonly idx: number;
  readonly channel: string;
  readonly value: Dumped;
}

export interface WritesOfTask {
  readonly namespace: string;
  readonly checkpointId: string;
  readonly taskId: string;
  readonly taskPath: string;
  readonly rows: readonly WriteRow[];
}

interface LastValue {
  readonly seq: number;
  readonly value: StoredValue;
}

/** Writes one thread. Each method is one durable commit, or none. */
export class ThreadWriter {
  readonly session: Session<ThreadTables>;
  readonly #chain: ValueChain;
  readonly #statements: ThreadStatements;
  /** The last checkpoint of each namespace: most often the next one's parent. */
  readonly #lastChannels = new Map<string, { readonly id: string; readonly channels: ChannelMap }>();
  /** The last long value of each channel: what the next is compared with. */
  readonly #lastValues = new Map<string, LastValue>();

  constructor(session: Session<ThreadTables>) {
    this.session = session;
    this.#chain = new ValueChain(session.sqlite);
    this.#statements = prepareStatements(session);
  }

  /** The channels whose values `put` may have to store. */
  channelsToDump({ namespace, parentId, checkpoint, newVersions }: PutValues): string[] {
    const parent = this.#channelsOf(namespace, parentId);
    return Object.keys(checkpoint.channel_values).filter((channel) => {
      return (
        Object.hasOwn(newVersions, channel) ||
        !inherited(parent, channel, checkpoint.channel_versions[channel])
      );
    });
  }

  put(row: PutRow): void {
    const { namespace, parentId, checkpoint, value, metadata } = row;
    try {
      this.session.batch(() => {
        const channels = this.#storeChannels(row);
        this.#statements.putCheckpoint.run([
          ...[namespace, checkpoint.id, parentId ?? null, value[0], toCell(value)],
          ...[renderChannels(channels), metadata[0], toCell(metadata)],
        ]);
        this.#lastChannels.set(namespace, { id: checkpoint.id, channels });
      });
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  putWrites({ namespace, checkpointId, taskId, taskPath, rows }: WritesOfTask): void {
    this.session.batch(() => {
      for (const { idx, channel, value } of rows) {
        // Errors and interrupts are of the last attempt; a task that runs again repeats its other writes.
        const statement = idx < 0 ? this.#statements.replaceWrite : this.#statements.addWrite;
        statement.run([namespace, checkpointId, taskId, idx, taskPath, channel, value[0], toCell(value)]);
      }
    });
  }

  /** Rows were changed past this: what is next is read from the file. */
  forget(): void {
    this.#lastChannels.clear();
    this.#lastValues.clear();
  }

  #channelsOf(namespace: string, id: string | undefined): ChannelMap | undefined {
    if (id === undefined) return undefined;
    const last = this.#lastChannels.get(namespace);
    if (last?.id === id) return last.channels;
    const json = this.#statements.channels.get(namespace, id);
    return json === undefined ? undefined : parseChannels(json);
  }

  #storeChannels(row: PutRow): ChannelMap {
    const { namespace, parentId, checkpoint, newVersions, values } = row;
    const parent = this.#channelsOf(namespace, parentId);
    const entries = Object.entries(checkpoint.channel_versions).map(([channel, version]) => {
      const given = values.get(channel);
      const isNew = Object.hasOwn(newVersions, channel);
      const before = inherited(parent, channel, version);
      if (before && !isNew) return [channel, before] as const;
      const base = parent?.get(channel)?.[1] ?? null;
      const seq = isNew
        ? given && this.#storeValue(namespace, channel, version, given, base)
        : this.#findValue(namespace, channel, version, given);
      return [channel, [version, seq ?? null] satisfies ChannelEntry] as const;
    });
    return new Map(entries);
  }

  /**
   * A value that was stored before, for a checkpoint whose parent does not have it: a copy of another checkpoint. Forks of
   * a thread give the same version to different values, so the value decides. One that was never stored is left out.
   */
  #findValue(
    namespace: string,
    channel: string,
    version: string | number,
    given: Dumped | undefined,
  ): number | undefined {
    const seqs = this.#statements.valuesOfVersion.all(namespace, channel, String(version));
    const [latest] = seqs;
    if (latest === undefined || !given) return latest;
    const same = seqs.find((seq) => {
      const stored = this.#chain.read(seq);
      return stored?.type === given[0] && isEqual(stored.bytes, given[1]);
    });
    return same ?? this.#storeValue(namespace, channel, version, given, latest);
  }

  #storeValue(
    namespace: string,
    channel: string,
    version: string | number,
    [type, bytes]: Dumped,
    baseSeq: number | null,
  ): number {
    const key = JSON.stringify([namespace, channel]);
    const isLong = bytes.byteLength >= minSharedBytes;
    const base = isLong && baseSeq !== null ? this.#baseOf(key, baseSeq, type) : undefined;
    const shared = base ? sharedLength(base.bytes, bytes) : 0;
    const isShared = base !== undefined && isWorthSharing(base, shared, bytes.byteLength);
    const cell: Cell = toCell([type, isShared ? bytes.subarray(shared) : bytes]);
    const { lastInsertRowid } = this.#statements.addValue.run([
      ...[namespace, channel, String(version), type],
      ...(isShared ? [baseSeq, shared, cell] : [null, 0, cell]),
    ]);
    const seq = Number(lastInsertRowid);
    const rows = isShared ? base.rows + 1 : 1;
    const readBytes = isShared ? base.readBytes + bytes.byteLength - shared : bytes.byteLength;
    if (isLong) this.#lastValues.set(key, { seq, value: { type, bytes, rows, readBytes } });
    else this.#lastValues.delete(key);
    return seq;
  }

  /** The value that another may go on from. */
  #baseOf(key: string, seq: number, type: string): StoredValue | undefined {
    const last = this.#lastValues.get(key);
    const value = last?.seq === seq ? last.value : this.#chain.read(seq);
    return value && value.type === type && value.rows < maxRows ? value : undefined;
  }
}

/** What is appended to goes on for long; what changes in the middle begins anew before reading it takes twice the bytes. */
function isWorthSharing(base: StoredValue, sharedBytes: number, lengthBytes: number): boolean {
  return sharedBytes >= minSharedBytes && base.readBytes + lengthBytes - sharedBytes <= 2 * lengthBytes;
}

/** A channel that has not changed since the parent is what it is there, also where it has no value there. */
function inherited(
  parent: ChannelMap | undefined,
  channel: string,
  version: string | number | undefined,
): ChannelEntry | undefined {
  const entry = parent?.get(channel);
  return entry && entry[0] === version ? entry : undefined;
}
