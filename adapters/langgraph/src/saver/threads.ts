import { createSession, openArchive, openSession, type Session } from '@varve/core';
import type { Lineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import type { ThreadTables } from '../thread/index.ts';
import { type OpenThread, OpenThreads } from './open-threads.ts';
import { ThreadFolder } from './thread-folder.ts';
import { ThreadReader } from './thread-reader.ts';
import { ThreadWriter } from './thread-writer.ts';
import { isCode, whileBusy } from './while-busy.ts';

export interface ThreadsOptions {
  readonly folder: ThreadFolder;
  readonly lineage: Lineage<ThreadTables>;
  readonly agentName: string;
  /** How long another writer of a thread is waited for. */
  readonly busyTimeoutMs: number;
}

type UseThread<T> = (writer: ThreadWriter, reader: ThreadReader) => T;

/** Forced to the disk before a step counts as stored, but not while nothing else goes on. */
const durability = 'process';
const atExit = new Set<Threads>();
let closesAtExit = false;

/** The threads of a folder, each opened when it is needed. Work on one is synchronous and never interleaves. */
export class Threads {
  readonly folder: ThreadFolder;
  readonly #options: ThreadsOptions;
  readonly #open = new OpenThreads();
  #isClosed = false;

  constructor(options: ThreadsOptions) {
    this.#options = options;
    this.folder = options.folder;
    if (!closesAtExit) process.once('exit', closeAll);
    closesAtExit = true;
    atExit.add(this);
  }

  /** Opens the thread for writing, made where there is none. What is written is on the disk when this resolves. */
  async write<T>(threadId: string, work: UseThread<T>): Promise<T> {
    const { result, whenDurable } = await this.use(threadId, (writer, reader) => {
      return { result: work(writer, reader), whenDurable: writer.session.flush() };
    });
    await whenDurable;
    return result;
  }

  /** As `write`, for work that writes nothing, or sees to it itself. Waits for a writer in another process. */
  async use<T>(
    threadId: string,
    work: UseThread<T>,
    busyTimeoutMs = this.#options.busyTimeoutMs,
  ): Promise<T> {
    const thread = await whileBusy(
      () => this.#openThread(threadId),
      busyTimeoutMs,
      (opened) => {
        return { result: work(opened.writer, opened.reader) };
      },
    );
    return thread.result;
  }

  /** Reads the thread at head, from a file of any version; undefined when there is none. */
  read<T>(name: string, work: (reader: ThreadReader) => T): T | undefined {
    this.#assertOpen();
    const open = this.#open.use(name);
    if (open) return work(open.reader);
    for (let attempt = 1; ; attempt += 1) {
      const found = this.folder.find(name);
      if (!found) return undefined;
      try {
        using archive = openArchive(found.path, { lineage: this.#options.lineage });
        return work(new ThreadReader(threadIdOf(archive.sqlite), archive.sqlite));
      } catch (error) {
        // Another process may have sealed it, or have gone on with it, between the look and the opening.
        if (attempt === 3 || !isCode(error, 'FILE_NOT_FOUND', 'FILE_CHANGED', 'FILE_BUSY')) throw error;
      }
    }
  }

  /** Seals the thread. The path of its archive; undefined when there is no such thread. */
  async seal(name: string, busyTimeoutMs?: number): Promise<string | undefined> {
    const found = this.folder.find(name);
    if (!found) return undefined;
    if (!found.isLive) return found.path;
    const threadId = this.read(name, (reader) => reader.threadId) as string;
    const seal = ({ session }: ThreadWriter, reader: ThreadReader) => {
      this.#open.forget(name);
      const status = reader.isInterrupted() ? 'interrupted' : 'completed';
      this.folder.finishResealing(name);
      try {
        session.seal(this.folder.sealInto(name), { status });
      } finally {
        session.close();
      }
      this.folder.finishResealing(name);
      return this.folder.placesOf(name).archive;
    };
    return this.use(threadId, seal, busyTimeoutMs);
  }

  /** Removes the thread from the disk. Waits for a writer in another process. */
  async remove(name: string): Promise<void> {
    this.release(name);
    await whileBusy(() => {
      this.#assertOpen();
      this.folder.remove(name);
    }, this.#options.busyTimeoutMs);
  }

  release(name: string): void {
    this.#open.release(name);
  }

  close(): void {
    this.#isClosed = true;
    atExit.delete(this);
    this.#open.close();
  }

  #openThread(threadId: string): OpenThread {
    this.#assertOpen();
    const name = ThreadFolder.nameOf(threadId);
    const open = this.#open.use(name);
    if (open) return open;
    const session = this.#openSession(threadId, name);
    try {
      assertThread(session, threadId);
      const { sqlite } = session;
      const parts = { writer: new ThreadWriter(session), reader: new ThreadReader(threadId, sqlite) };
      return this.#open.add(name, parts);
    } catch (error) {
      session.close();
      throw error;
    }
  }

  #openSession(threadId: string, name: string): Session<ThreadTables> {
    const { lineage, agentName } = this.#options;
    const found = this.folder.find(name);
    if (!found) {
      return createSession(this.folder.dir, {
        lineage,
        durability,
        session: { id: threadId, agentName },
      });
    }
    if (!found.isLive) this.folder.thaw(name);
    const session = openSession(this.folder.placesOf(name).live, { lineage, durability, busyTimeoutMs: 100 });
    if (!found.isLive) session.sqlite.exec("UPDATE sessions SET status = 'running', ended_at_ms = NULL");
    return session;
  }

  #assertOpen(): void {
    if (!this.#isClosed) return;
    throw new VarveError('SESSION_CLOSED', 'the saver was closed', {
      path: this.folder.dir,
      hint: 'make another VarveSaver of the folder',
    });
  }
}

/** Where a file system does not tell the cases of letters apart, two threads would be in one file. */
function assertThread({ id, path }: Session<ThreadTables>, threadId: string): void {
  if (id === threadId) return;
  throw new VarveError('ROW_INVALID', 'the file of this name holds another thread', {
    path,
    hint: 'use ids that differ by more than the case of letters, or a file system that tells them apart',
    details: { thread: id },
  });
}

function closeAll(): void {
  for (const threads of [...atExit]) threads.close();
}

function threadIdOf(sqlite: Session['sqlite']): string {
  return sqlite.prepare<[], string>('SELECT id FROM sessions').pluck().get() ?? '';
}
