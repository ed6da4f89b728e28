/** Its first word marks a free place. */
export const emptyWord = 0xffffffff;

/** A set of 128 bits each, in open places that are four fifths full at most. */
export class KeyTable {
  size = 0;
  #words = new Uint32Array(4 * 8).fill(emptyWord);

  has(words: Uint32Array): boolean {
    return this.#words[this.#place(words)] !== emptyWord;
  }

  /** False when they were there already. */
  add(words: Uint32Array): boolean {
    if (this.size * 5 >= this.#words.length) this.#grow();
    const at = this.#place(words);
    if (this.#words[at] !== emptyWord) return false;
    this.#words.set(words, at);
    this.size++;
    return true;
  }

  /** Each is a view, which the next change may overwrite. */
  *all(): Generator<Uint32Array> {
    const table = this.#words;
    for (let at = 0; at < table.length; at += 4)
      if (table[at] !== emptyWord) yield table.subarray(at, at + 4);
  }

  /** Where the words stand, or would. */
  #place(words: Uint32Array): number {
    const table = this.#words;
    const slots = table.length / 4;
    for (let slot = Math.floor((hashOf(words) / 2 ** 32) * slots); ; slot = slot + 1 < slots ? slot + 1 : 0) {
      const at = slot * 4;
      const isFree = table[at] === emptyWord;
      const isSame =
        table[at] === words[0] &&
        table[at + 1] === words[1] &&
        table[at + 2] === words[2] &&
        table[at + 3] === words[3];
      if (isFree || isSame) return at;
    }
  }

  /** By half: memory is dearer here than time. */
  #grow(): void {
    const old = this.#words;
    const slots = Math.ceil((old.length / 4) * 1.5);
    this.#words = new Uint32Array(slots * 4).fill(emptyWord);
    this.size = 0;
    for (let at = 0; at < old.length; at += 4) if (old[at] !== emptyWord) this.add(old.subarray(at, at + 4));
  }
}

export function hashOf(words: Uint32Array): number {
  return Math.imul((words[0] ?? 0) ^ (words[1] ?? 0) ^ (words[2] ?? 0) ^ (words[3] ?? 0), 0x9e3779b1) >>> 0;
}
