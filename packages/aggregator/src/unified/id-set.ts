/** Ids that the view gave, from 1 on without great gaps: a bit each, so that 10^7 of them are a megabyte or two. */
export class IdSet {
  #bits = new Uint8Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(id: number): void {
    const at = Math.floor(id / 8);
    if (at >= this.#bits.length) this.#grow(at);
    const [bits, bit] = [this.#bits[at] ?? 0, 1 << (id % 8)];
    if ((bits & bit) !== 0) return;
    this.#bits[at] = bits | bit;
    this.#size += 1;
  }

  has(id: number): boolean {
    return ((this.#bits[Math.floor(id / 8)] ?? 0) & (1 << (id % 8))) !== 0;
  }

  #grow(at: number): void {
    const larger = new Uint8Array(2 * (at + 1));
    larger.set(this.#bits);
    this.#bits = larger;
  }
}
