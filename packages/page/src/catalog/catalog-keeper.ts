import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Problem } from '@varve/aggregator';
import { problemOfError, summariseArchives, summariseFile } from '../reading/index.ts';
import type { Scan, SessionFile, SessionSource } from '../sources/index.ts';
import { Catalog, type ReadFile } from './catalog.ts';
import { RemoteFiles } from './remote-files.ts';

/** How long files are read before a request is answered in between. */
const sliceMs = 12;
/** Archives of a view that are read by one statement. */
const atOnce = 100;
/** The walk over the files is done again after this, or after many times what it took: it must not keep the disk busy. */
const pauseMs = 1000;
const pauseFactor = 20;
/** Of a bucket, whose listings cost money. */
const remotePauseMs = 60_000;

/** Keeps the catalog as the files are: walks over them again and again, and reads what is new or has changed. */
export class CatalogKeeper {
  readonly catalog = new Catalog();
  readonly #source: SessionSource;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #remote: RemoteFiles | undefined;
  #queue: SessionFile[] = [];
  #problems: readonly Problem[] = [];
  #isReading = false;
  #isWalked = false;

  constructor(source: SessionSource) {
    this.#source = source;
    const { remote } = source;
    this.#remote =
      remote &&
      new RemoteFiles({
        read: async (file) => {
          await remote.fetch(file);
          return this.#read(file);
        },
        onRead: (read) => {
          this.catalog.describe(read);
          this.tell();
        },
      });
  }

  /** Whether the files were looked at a first time. */
  get isWalked(): boolean {
    return this.#isWalked;
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
    void this.#walkOnAndOn(this.walk());
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Looks at the files as they are now; at once where they lie on this machine. */
  walk(): void | Promise<void> {
    const scan = this.#source.scan();
    if (!(scan instanceof Promise)) return this.#takeIn(scan);
    return scan.then(
      (found) => this.#takeIn(found),
      (error) => {
        this.#problems = [problemOfError(error, this.#source.where[0] ?? '')];
        this.#isWalked = true;
        this.tell();
      },
    );
  }

  #takeIn(scan: Scan): void {
    this.#problems = scan.problems;
    this.#isWalked = true;
    this.catalog.forget(this.#remote?.takeFailed() ?? []);
    const changed = this.catalog.update(scan, this.#remote !== undefined);
    // Of these only what somebody looks at is fetched.
    if (this.#remote) this.tell();
    if (this.#remote || changed.length === 0) return;
    const isAgain = new Set(changed.map(({ key }) => key));
    this.#queue = [...changed, ...this.#queue.filter(({ key }) => !isAgain.has(key))];
    this.tell();
    if (!this.#isReading) void this.#readOn();
  }

  /** Reads what somebody looks at before the rest. What must be fetched is there when the promise is kept. */
  readNow(keys: readonly string[]): void | Promise<void> {
    const wanted = new Set(keys);
    if (this.#remote) return this.#remote.readAll(keys.flatMap((key) => this.catalog.file(key) ?? []));
    const files = this.#queue.filter(({ key }) => wanted.has(key));
    if (files.length === 0) return;
    this.#queue = this.#queue.filter(({ key }) => !wanted.has(key));
    this.catalog.describe(files.map((file) => this.#read(file)));
  }

  async #walkOnAndOn(first: void | Promise<void>): Promise<void> {
    let startedMs = performance.now();
    let walk = first;
    while (!this.#stop.signal.aborted) {
      await walk;
      const leastMs = this.#remote ? remotePauseMs : pauseMs;
      const tookMs = performance.now() - startedMs;
      await pause(Math.max(leastMs, tookMs * pauseFactor), this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      startedMs = performance.now();
      walk = this.walk();
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
        const is = summariseFile(open.sqlite, this.#source.shape);
        return { file: { ...file, version: file.version ?? open.version }, is };
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
