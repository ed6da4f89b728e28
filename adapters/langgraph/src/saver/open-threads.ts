import type { ThreadReader } from './thread-reader.ts';
import type { ThreadWriter } from './thread-writer.ts';

export interface OpenThread {
  readonly writer: ThreadWriter;
  readonly reader: ThreadReader;
}

/** More than these are not kept open: each takes a few file descriptors. */
const maxOpen = 64;
/** A thread that is not used is let go of, so that another process can go on with it. */
const releaseMs = 1000;

/** The threads that are open, by the names of their files. */
export class OpenThreads {
  /** The longest unused first. */
  readonly #open = new Map<string, { readonly thread: OpenThread; readonly usedAtMs: number }>();
  #timer: NodeJS.Timeout | undefined;

  /** The thread of this name, which is used now. */
  use(name: string): OpenThread | undefined {
    const open = this.#open.get(name);
    return open && this.add(name, open.thread);
  }

  add(name: string, thread: OpenThread): OpenThread {
    this.forget(name);
    this.#open.set(name, { thread, usedAtMs: performance.now() });
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= maxOpen) break;
      this.release(oldest);
    }
    this.#timer ??= setInterval(() => this.#releaseUnused(), releaseMs).unref();
    return thread;
  }

  /** Somebody else closes it. */
  forget(name: string): void {
    this.#open.delete(name);
  }

  release(name: string): void {
    const open = this.#open.get(name);
    this.forget(name);
    open?.thread.writer.session.close();
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const name of [...this.#open.keys()]) this.release(name);
  }

  #releaseUnused(): void {
    const beforeMs = performance.now() - releaseMs;
    for (const [name, { usedAtMs }] of [...this.#open]) if (usedAtMs < beforeMs) this.release(name);
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
