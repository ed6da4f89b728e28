interface TimedLog {
  /** Of the file. */
  readonly mtimeMs: number;
  /** Of the first record that tells its time. */
  readonly firstMs?: number | undefined;
}

/** The time of the record that is being read: its own, that of the one before, of the first that tells one, or the file's. */
export class LogClock {
  readonly #log: TimedLog;
  #atMs: number | undefined;
  /** True once a record has been given the file's time, which changes when the log grows. */
  isByFile = false;

  constructor(log: TimedLog, atMs?: number) {
    this.#log = log;
    this.#atMs = atMs;
  }

  tick(ownMs: number | undefined): number {
    this.#atMs = ownMs ?? this.#atMs ?? this.#log.firstMs ?? this.#fileMs();
    return this.#atMs;
  }

  #fileMs(): number {
    this.isByFile = true;
    return Math.round(this.#log.mtimeMs);
  }
}
