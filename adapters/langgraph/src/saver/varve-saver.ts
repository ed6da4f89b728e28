import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { RunnableConfig } from '@langchain/core/runnables';
import {
  BaseCheckpointSaver,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointListOptions,
  type CheckpointMetadata,
  type CheckpointTuple,
  type DeltaChannelHistory,
  getCheckpointId,
  type PendingWrite,
  type SerializerProtocol,
  WRITES_IDX_MAP,
} from '@langchain/langgraph-checkpoint';
import type { Session } from '@varve/core';
import type { Lineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import { type ThreadTables, threadLineage } from '../thread/index.ts';
import { deltaHistory } from './delta-history.ts';
import { load, loadTuple } from './load-tuple.ts';
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
import type { HeadQuery, StoredHead, StoredTuple, ThreadReader } from './thread-reader.ts';
import { Threads } from './threads.ts';

export interface VarveSaverOptions<TTables extends ThreadTables = ThreadTables> {
  /** The folder of the threads' files; made where it is missing. */
  readonly dir: string;
  /** Where threads are sealed into; unless given, `archives` in the folder of threads. */
  readonly archiveDir?: string;
  /** A lineage that has the tables of `threadLineage`, and may have more; unless given, `threadLineage`. */
  readonly lineage?: Lineage<TTables>;
  /** The agent that a thread's row names; `langgraph` unless given. */
  readonly agentName?: string;
  /** How long a thread that another process writes is waited for, in milliseconds; 5,000 unless given. */
  readonly busyTimeoutMs?: number;
  /** Seals threads that nobody has written for so long, in milliseconds, and looks as often; never unless given. */
  readonly idleMs?: number;
  /** How values become bytes; unless given, LangGraph's own serializer. */
  readonly serde?: SerializerProtocol;
}

/** A list is most often left after its first. */
const maxTuplesAtOnce = 32;
/** A look goes over the folder. */
const minLookMs = 100;

/**
 * Keeps LangGraph's threads, one SQLite file each, that any later version reads. A checkpoint is on the disk when `put`
 * returns, what a task wrote when `putWrites` does. Of a thread's channels a step stores those that changed, and of a
 * long value what differs from the one before.
 *
 * A thread's file is open while it is used, and for a second more. It has one writer at a time: another process waits.
 * Whoever only reads, a sealed thread or one that somebody else writes, neither waits nor changes anything.
 *
 * @throws from each method, SESSION_CLOSED once it is closed; SESSION_LOCKED while another process writes the thread;
 * ROW_INVALID without a thread; DISK_FULL, FILE_READ_ONLY and the other codes of files, with the thread as it was
 *
 * @example
 * ```ts
 * import { Annotation, END, interrupt, START, StateGraph } from '@langchain/langgraph';
 * import { VarveSaver } from '@varve/langgraph';
 *
 * using checkpointer = new VarveSaver({ dir: 'threads' });
 * const state = Annotation.Root({ answer: Annotation<string> });
 * const graph = new StateGraph(state)
 *   .addNode('ask', () => ({ answer: interrupt('May I?') }))
 *   .addEdge(START, 'ask')
 *   .addEdge('ask', END)
 *   .compile({ checkpointer });
 *
 * const config = { configurable: { thread_id: 'user/42' } };
 * await graph.invoke({ answer: '' }, config);
 * console.log((await graph.getState(config)).next); // [ 'ask' ]
 * ```
 */
export class VarveSaver<TTables extends ThreadTables = ThreadTables> extends BaseCheckpointSaver {
  readonly #threads: Threads;
  readonly #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: VarveSaverOptions<TTables>) {
    super(options.serde);
    const {
      dir,
      archiveDir = join(dir, 'archives'),
      agentName = 'langgraph',
      busyTimeoutMs = 5000,
    } = options;
    const lineage = options.lineage ?? threadLineage;
    const folder = new ThreadFolder(dir, archiveDir);
    this.#threads = new Threads({ folder, lineage, agentName, busyTimeoutMs });
    const { idleMs } = options;
    if (idleMs === undefined) return;
    const sealIdle = () => void this.sealIdle(idleMs).catch(warn);
    this.#idleTimer = setInterval(sealIdle, Math.max(idleMs, minLookMs)).unref();
  }

  async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const threadId = threadOf(config);
    if (threadId === undefined) return undefined;
    const id = getCheckpointId(config) || undefined;
    const stored = this.#read(threadId, (reader) => reader.tuple(namespaceOf(config), id));
    return stored && this.#load(stored);
  }

  /** Newest first: of one thread, or of all when the configuration names none. */
  async *list(config: RunnableConfig, options: CheckpointListOptions = {}): AsyncGenerator<CheckpointTuple> {
    const { limit = Number.POSITIVE_INFINITY, before, filter } = options;
    const threadId = threadOf(config);
    const query: HeadQuery = {
      namespace: config.configurable?.checkpoint_ns,
      id: getCheckpointId(config) || undefined,
      beforeId: before && getCheckpointId(before),
    };
    const names = threadId === undefined ? this.#threads.folder.names() : [ThreadFolder.nameOf(threadId)];
    const heads = names.flatMap((name) => this.#headsOf(name, query, names.length === 1));
    if (names.length > 1) heads.sort((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0));
    let left = limit;
    let size = 1;
    for (let at = 0; at < heads.length && left > 0; at += size, size = Math.min(size * 2, maxTuplesAtOnce)) {
      const found = await this.#loadTuples(heads.slice(at, at + size), filter);
      for (const tuple of found.slice(0, left)) yield tuple;
      left -= found.length;
    }
  }

  async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    const threadId = assertThread(config, 'a checkpoint');
    const namespace = namespaceOf(config);
    const parentId = getCheckpointId(config) || undefined;
    const row = { namespace, parentId, checkpoint, newVersions };
    const { v, id, ts, versions_seen } = checkpoint;
    const channels = await this.#threads.use(threadId, (writer) => writer.channelsToDump(row));
    const [value, dumpedMetadata, ...values] = await Promise.all([
      this.serde.dumpsTyped({ v, id, ts, versions_seen }),
      this.serde.dumpsTyped(metadata),
      ...channels.map((channel) => this.serde.dumpsTyped(checkpoint.channel_values[channel])),
    ]);
    const byChannel = new Map(values.map((dumped, at) => [channels[at] as string, dumped]));
    await this.#threads.write(threadId, (writer) => {
      writer.put({ ...row, value, metadata: dumpedMetadata, values: byChannel });
    });
    return { configurable: { thread_id: threadId, checkpoint_ns: namespace, checkpoint_id: id } };
  }

  override async putWrites(
    config: RunnableConfig,
    writes: PendingWrite[],
    taskId: string,
    taskPath = '',
  ): Promise<void> {
    const threadId = assertThread(config, 'a write');
    const checkpointId = getCheckpointId(config);
    if (!checkpointId) throw missing('a write', 'checkpoint_id');
    const rows = await Promise.all(
      writes.map(async ([channel, value], at) => {
        const idx = Object.hasOwn(WRITES_IDX_MAP, channel) ? (WRITES_IDX_MAP[channel] as number) : at;
        return { idx, channel, value: await this.serde.dumpsTyped(value) };
      }),
    );
    const row = { namespace: namespaceOf(config), checkpointId, taskId, taskPath, rows };
    await this.#threads.write(threadId, (writer) => writer.putWrites(row));
  }

  /** Removes the thread from the disk, sealed or not, for good. */
  async deleteThread(threadId: string): Promise<void> {
    await this.#threads.remove(ThreadFolder.nameOf(threadId));
  }

  override async getDeltaChannelHistory(options: {
    config: RunnableConfig;
    channels: string[];
  }): Promise<Record<string, DeltaChannelHistory>> {
    const { config, channels } = options;
    const threadId = threadOf(config);
    const id = getCheckpointId(config) || undefined;
    const found =
      threadId !== undefined && channels.length > 0
        ? this.#read(threadId, (reader) => deltaHistory(reader.ancestors(namespaceOf(config), id), channels))
        : undefined;
    return (found ?? deltaHistory([], channels))(this.serde);
  }

  /**
   * Removes what a thread does not need to go on: all checkpoints but the latest of each graph and of each subgraph that
   * is under way, with the writes that an interrupt waits on and the steps that a delta channel is put together from.
   * A sealed thread is sealed again. Undefined when there is no such thread.
   *
   * @example
   * ```ts
   * import { VarveSaver } from '@varve/langgraph';
   *
   * using saver = new VarveSaver({ dir: 'threads' });
   * console.log(await saver.prune('nobody')); // undefined
   * ```
   */
  async prune(threadId: string, options: PruneOptions = {}): Promise<Pruned | undefined> {
    const name = ThreadFolder.nameOf(threadId);
    const found = this.#threads.folder.find(name);
    if (!found) return undefined;
    const rows = this.#threads.read(name, (reader) => readKnown(reader.sqlite)) ?? [];
    const known = await loadKnown(rows, this.serde);
    const kept = findKept(known, options.keep ?? 1);
    await this.#threads.write(threadId, (writer) => {
      const { session } = writer;
      session.batch(() => removeOthers(session.sqlite, known, kept));
      writer.forget();
      shrink(session.sqlite);
    });
    if (!found.isLive) await this.#threads.seal(name);
    return { kept: kept.size, removed: known.length - kept.size };
  }

  /**
   * Seals the thread: its file becomes an archive, read-only and complete in itself, that is read as before. A thread
   * that goes on is live again, and its archive stays until it is sealed once more. The path of the archive; undefined
   * when there is no such thread.
   *
   * @example
   * ```ts
   * import { emptyCheckpoint } from '@langchain/langgraph-checkpoint';
   * import { VarveSaver } from '@varve/langgraph';
   *
   * using saver = new VarveSaver({ dir: 'threads', archiveDir: 'archived' });
   * const config = { configurable: { thread_id: 'user/42' } };
   * await saver.put(config, emptyCheckpoint(), { source: 'input', step: -1, parents: {} }, {});
   * console.log(await saver.sealThread('user/42')); // archived/user%2F42.db
   * ```
   */
  async sealThread(threadId: string): Promise<string | undefined> {
    return this.#threads.seal(ThreadFolder.nameOf(threadId));
  }

  /**
   * Seals every thread that has not been written for a while, those of a process that died among them. What another
   * process writes is left alone. The paths of the archives.
   */
  async sealIdle(idleMs: number): Promise<string[]> {
    const archives: string[] = [];
    for (const name of this.#threads.folder.namesIdleSince(Date.now() - idleMs)) {
      try {
        const archive = await this.#threads.seal(name, 0);
        if (archive) archives.push(archive);
      } catch (error) {
        passOver(error, 'SESSION_LOCKED');
      }
    }
    return archives;
  }

  /** Runs synchronous work on the thread's session, for rows of the team's own beside LangGraph's. */
  onThread<T>(threadId: string, work: (session: Session<TTables>) => T): Promise<T> {
    return this.#threads.write(threadId, (writer) => {
      const result = work(writer.session as unknown as Session<TTables>);
      writer.forget();
      return result;
    });
  }

  /** Closes the files that are open. Closing twice is nothing. */
  close(): void {
    clearInterval(this.#idleTimer);
    this.#threads.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #read<T>(threadId: string, work: (reader: ThreadReader) => T): T | undefined {
    return this.#threads.read(ThreadFolder.nameOf(threadId), (reader) => {
      // Another thread's, where a file system does not tell the cases of letters apart.
      return reader.threadId === threadId ? work(reader) : undefined;
    });
  }

  /** A file that cannot be read does not keep the other threads from being listed. */
  #headsOf(name: string, query: HeadQuery, isOnly: boolean): StoredHead[] {
    try {
      return this.#threads.read(name, (reader) => reader.heads(query)) ?? [];
    } catch (error) {
      if (isOnly) throw error;
      passOver(error);
      return [];
    }
  }

  async #isMatch({ metadata }: StoredHead, filter: CheckpointListOptions['filter']): Promise<boolean> {
    const wanted = Object.entries(filter ?? {}).filter(([, value]) => value !== undefined);
    if (wanted.length === 0) return true;
    const values = (await load(this.serde, metadata)) as Record<string, unknown>;
    return wanted.every(([key, value]) => isDeepStrictEqual(values[key], value));
  }

  /** Those that fit, in their order; each file is opened once. */
  async #loadTuples(
    heads: readonly StoredHead[],
    filter: CheckpointListOptions['filter'],
  ): Promise<CheckpointTuple[]> {
    const fits = await Promise.all(heads.map((head) => this.#isMatch(head, filter)));
    const wanted = heads.filter((_, at) => fits[at]);
    const stored = new Map<StoredHead, StoredTuple | undefined>();
    for (const [threadId, ofThread] of Map.groupBy(wanted, (head) => head.threadId)) {
      this.#read(threadId, (reader) => {
        for (const head of ofThread) stored.set(head, reader.tuple(head.namespace, head.id));
      });
    }
    const found = wanted.flatMap((head) => stored.get(head) ?? []);
    return Promise.all(found.map((it) => this.#load(it)));
  }

  #load(stored: StoredTuple): Promise<CheckpointTuple> {
    return loadTuple(stored, this.serde, () => this.getNextVersion(undefined));
  }
}

/** One file does not keep the others from being worked on. */
function passOver(error: unknown, expected?: string): void {
  if (!(error instanceof VarveError) || error.code === 'SESSION_CLOSED') throw error;
  if (error.code !== expected) warn(error);
}

function warn(error: unknown): void {
  const {
    path = 'threads',
    message = String(error),
    code = 'INTERNAL',
  } = error instanceof VarveError ? error : {};
  if (code !== 'SESSION_CLOSED') process.emitWarning(`${path}: ${message}`, { type: 'VarveWarning', code });
}

function threadOf({ configurable }: RunnableConfig): string | undefined {
  const id: unknown = configurable?.thread_id;
  return id === undefined || id === null || id === '' ? undefined : String(id);
}

function namespaceOf({ configurable }: RunnableConfig): string {
  return configurable?.checkpoint_ns ?? '';
}

function assertThread(config: RunnableConfig, what: string): string {
  const threadId = threadOf(config);
  if (threadId === undefined) throw missing(what, 'thread_id');
  return threadId;
}

function missing(what: string, key: string): VarveError {
  return new VarveError('ROW_INVALID', `${what} cannot be kept without a ${key}`, {
    hint: `call the graph with { configurable: { ${key}: … } }`,
    details: { column: key },
  });
}
