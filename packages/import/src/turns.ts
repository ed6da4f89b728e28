/** Has a divisor in common with few numbers of items. */
const stride = 37;

/**
 * Items of which only so many may be there at once. Any other goes for one that comes, not the one that came first: where more
 * than may be there take turns, that one would always be the next.
 */
export class Turns<T> {
  readonly #most: number;
  readonly #items = new Set<T>();
  #turn = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#items.size;
  }

  /** Returns the one that goes, if any has to. */
  come(item: T): T | undefined {
    const isThere = this.#items.has(item);
    this.#items.add(item);
    if (isThere || this.#items.size <= this.#most) return undefined;
    this.#turn = (this.#turn + stride) % this.#most;
    const other = [...this.#items][this.#turn];
    if (other !== undefined) this.#items.delete(other);
    return other;
  }

  leave(item: T): void {
    this.#items.delete(item);
  }

  all(): readonly T[] {
    return [...this.#items];
  }
}
