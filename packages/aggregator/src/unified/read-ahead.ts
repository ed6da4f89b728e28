import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FoundFile } from '../find/index.ts';

export type Batch = readonly FoundFile[];

/** How many batches before its turn a batch is read. */
const batchesAhead = 10;
/** Of each file; the system reads on ahead by itself in a long one. */
const bytesAhead = 1024 ** 2;

/**
 * Hands out batches in order. While files come from the disk, and not from the system's cache, those of the batches to
 * come are read on the threads of Node.js, for the cache's sake alone: then nobody waits for them.
 */
export class ReadAhead implements Iterable<Batch>, Iterator<Batch> {
  readonly #source: Iterator<Batch>;
  /** Taken from the source, and not handed out. */
  readonly #next: Batch[] = [];
  readonly #readings = new Map<Batch, Promise<unknown>>();
  /** What all readings fill, and nobody looks at. */
  readonly #scratch = Buffer.allocUnsafe(bytesAhead);
  #blocksRead = countBlocksRead();

  constructor(batches: Iterable<Batch>) {
    this.#source = batches[Symbol.iterator]();
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<Batch, undefined> {
    const batch = this.#next.shift() ?? this.#take();
    if (batch === undefined) return { done: true, value: undefined };
    const blocksRead = countBlocksRead();
    if (blocksRead > this.#blocksRead) this.#readOn();
    this.#blocksRead = blocksRead;
    return { done: false, value: batch };
  }

  /**
   * Resolves when the files of a batch are not open here any more: closing one would drop the locks with which this
   * process reads it. Source: https://www.sqlite.org/howtocorrupt.html §2.2
   */
  async release(batch: Batch): Promise<void> {
    await this.#readings.get(batch);
  }

  #take(): Batch | undefined {
    const { done, value } = this.#source.next();
    return done ? undefined : value;
  }

  #readOn(): void {
    while (this.#next.length < batchesAhead) {
      const batch = this.#take();
      if (batch === undefined) return;
      this.#next.push(batch);
      const reading = Promise.all(batch.map((file) => this.#read(file)));
      this.#readings.set(
        batch,
        reading.finally(() => this.#readings.delete(batch)),
      );
    }
  }

  async #read({ path, sidecars, localPath }: FoundFile): Promise<void> {
    // A session may be open in this process.
    if (sidecars.length > 0 || localPath !== undefined) return;
    try {
      // Without waiting for somebody to write into a pipe that has taken its place.
      await using file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
      await file.read(this.#scratch, 0, bytesAhead, 0);
    } catch {
      // Whoever reads it for its rows says what is wrong.
    }
  }
}

/** By this process, from the disk. */
function countBlocksRead(): number {
  return process.resourceUsage().fsRead;
}
