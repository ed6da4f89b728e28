/** So many rows are looked at in a second or two. */
const mostRows = 100_000;
const dayMs = 86_400_000;

/**
 * Which sessions at rest have the times of their rows looked at: all of them in a database of a usual size, of a larger one
 * the first, and of the others each day some.
 */
export class RestLooks {
  readonly #nowMs: number;
  #atOnce: number;
  #inTurn: number;

  constructor({ nowMs = Date.now(), rows = mostRows } = {}) {
    this.#nowMs = nowMs;
    this.#atOnce = rows;
    this.#inTurn = rows;
  }

  /** @param lookedMs When they were last. */
  mayLook(rows: number, lookedMs: number): boolean {
    if (rows <= this.#atOnce) {
      this.#atOnce -= rows;
      return true;
    }
    if (this.#nowMs - lookedMs < dayMs || this.#inTurn <= 0) return false;
    this.#inTurn -= rows;
    return true;
  }
}
