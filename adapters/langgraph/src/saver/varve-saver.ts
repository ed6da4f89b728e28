import { join } from 'node:path';
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
} from '@langchain/langgraph-checkpoint';
import type { Session } from '@varve/core';
import { type ThreadTables, threadLineage } from '../thread/index.ts';
import { dumpCheckpoint, dumpWrites } from './dump-step.ts';
import { pruneThread, sealIdleThreads } from './keep-threads.ts';
import { listTuples, readThread } from './list-tuples.ts';
import { loadTuple } from './load-tuple.ts';
import { warn } from './pass-over.ts';
import type { Pruned, PruneOptions } from './prune-thread.ts';
import { readDeltaHistory } from './read-delta-history.ts';
import type { VarveSaverOptions } from './saver-options.ts';
import { assertThread, missing, namespaceOf, threadOf } from './thread-config.ts';
import { ThreadFolder } from './thread-folder.ts';
import type { HeadQuery, StoredTuple } from './thread-reader.ts';
import { Threads } from './threads.ts';

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
    const stored = readThread(this.#threads, threadId, (reader) => reader.tuple(namespaceOf(config), id));
    return stored && this.#load(stored);
  }

  /** Newest first: of one thread, or of all when the configuration names none. */
  async *list(config: RunnableConfig, options: CheckpointListOptions = {}): AsyncGenerator<CheckpointTuple> {
    const query: HeadQuery = {
      namespace: config.configurable?.checkpoint_ns,
      id: getCheckpointId(config) || undefined,
      beforeId: options.before && getCheckpointId(options.before),
    };
    yield* listTuples(this.#threads, threadOf(config), query, {
      ...options,
      serde: this.serde,
      load: (stored) => this.#load(stored),
    });
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
    const channels = await this.#threads.use(threadId, (writer) => writer.channelsToDump(row));
    const dumped = await dumpCheckpoint(this.serde, checkpoint, metadata, channels);
    await this.#threads.write(threadId, (writer) => writer.put({ ...row, ...dumped }));
    return { configurable: { thread_id: threadId, checkpoint_ns: namespace, checkpoint_id: checkpoint.id } };
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
    const rows = await dumpWrites(this.serde, writes);
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
    return readDeltaHistory(this.#threads, options, this.serde);
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
    return pruneThread(this.#threads, threadId, this.serde, options);
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
    return sealIdleThreads(this.#threads, idleMs);
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

  #load(stored: StoredTuple): Promise<CheckpointTuple> {
    return loadTuple(stored, this.serde, () => this.getNextVersion(undefined));
  }
}
