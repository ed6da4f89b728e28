/** Aborts when more has failed than may. */
export class FailureLimit {
  readonly #controller = new AbortController();
  readonly #most: number;
  #failures = 0;

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** True once too much has failed. */
  add(failures = 1): boolean {
    this.#failures += failures;
    if (this.#failures > this.#most) this.#controller.abort();
    return this.signal.aborted;
  }
}
