import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Problem } from '@varve/aggregator';
import { problemOfError, summariseArchives, summariseFile } from '../reading/index.ts';
import type { SessionFile, SessionSource } from '../sources/index.ts';
import { Catalog, type ReadFile } from './catalog.ts';

/** How long files are read before a request is answered in between. */
const sliceMs = 12;
/** Archives of a view that are read by one statement. */
const atOnce = 100;
/** The walk over the files is done again after this, or after many times what it took: it must not keep the disk busy. */
const pauseMs = 1000;
const pauseFactor = 20;

/** Keeps the catalog as the files are: walks over them again and again, and reads what is new or has changed. */
export class CatalogKeeper {
  readonly catalog = new Catalog();
  readonly #source: SessionSource;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<() => void>();
  #queue: SessionFile[] = [];
  #problems: readonly Problem[] = [];
  #isReading = false;

  constructor(source: SessionSource) {
    this.#source = source;
  }

  /** Files still to be read. */
  get left(): number {
    return this.#queue.length;
  }

  /** What the last walk could not search or identify. */
  get problems(): readonly Problem[] {
    return this.#problems;
  }

  /** Called when something changed. Returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    this.walk();
    void this.#walkOnAndOn();
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Looks at the files as they are now. */
  walk(): void {
    const { files, problems } = this.#source.scan();
    this.#problems = problems;
    const changed = this.catalog.update(files);
    if (changed.length === 0) return;
    const isAgain = new Set(changed.map(({ key }) => key));
    this.#queue = [...changed, ...this.#queue.filter(({ key }) => !isAgain.has(key))];
    this.tell();
    if (!this.#isReading) void this.#readOn();
  }

  /** Reads what somebody looks at before the rest. */
  readNow(keys: readonly string[]): void {
    const wanted = new Set(keys);
    const files = this.#queue.filter(({ key }) => wanted.has(key));
    if (files.length === 0) return;
    this.#queue = this.#queue.filter(({ key }) => !wanted.has(key));
    this.catalog.describe(files.map((file) => this.#read(file)));
  }

  async #walkOnAndOn(): Promise<void> {
    let tookMs = 0;
    while (!this.#stop.signal.aborted) {
      await pause(Math.max(pauseMs, tookMs * pauseFactor), this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      const startedMs = performance.now();
      this.walk();
      tookMs = performance.now() - startedMs;
    }
  }

  async #readOn(): Promise<void> {
    this.#isReading = true;
    while (this.#queue.length > 0 && !this.#stop.signal.aborted) {
      const read = this.#readTogether() ?? this.#readForAWhile();
      this.#queue = this.#queue.slice(read.length);
      this.catalog.describe(read);
      this.tell();
      await setImmediate();
    }
    this.#isReading = false;
  }

  #readForAWhile(): ReadFile[] {
    const endMs = performance.now() + sliceMs;
    const read: ReadFile[] = [];
    while (read.length < this.#queue.length && performance.now() < endMs)
      read.push(this.#read(this.#queue[read.length] as SessionFile));
    return read;
  }

  /** Undefined where files are read one by one, and for those among which one cannot be read. */
  #readTogether(): ReadFile[] | undefined {
    const { together, shape } = this.#source;
    if (!together) return undefined;
    const files = this.#queue.slice(0, atOnce);
    const ids = files.map((file) => together.archiveOf(file) ?? -1);
    try {
      const found = summariseArchives(together.sqlite, shape, ids);
      return files.map((file, at) => ({ file, is: found.get(ids[at] as number) ?? [] }));
    } catch {
      return undefined;
    }
  }

  #read(file: SessionFile): ReadFile {
    try {
      const open = this.#source.open(file);
      try {
        return { file, is: summariseFile(open.sqlite, this.#source.shape) };
      } finally {
        open.close();
      }
    } catch (error) {
      return { file, is: problemOfError(error, file.path).code };
    }
  }

  /** Says that something changed. */
  tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal, ref: false }).catch(() => {});
}
