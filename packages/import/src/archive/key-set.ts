const empty = 0xffffffff;

export interface SavedKeys {
  /** Four a UUID. */
  readonly words: Uint32Array;
  readonly others: ReadonlySet<string>;
}

/**
 * A set of record keys. UUIDs, which most are, are held in 16 bytes each, so that millions of records need tens of
 * megabytes; other texts as they are.
 */
export class KeySet {
  #words = new Uint32Array(4 * 8).fill(empty);
  #count = 0;
  readonly #others = new Set<string>();

  /** False when it was there already. */
  add(key: string): boolean {
    const words = wordsOf(key);
    if (!words) {
      const size = this.#others.size;
      return this.#others.add(key).size > size;
    }
    if (this.#count * 8 >= this.#words.length) this.#grow();
    return this.#addWords(words);
  }

  get size(): number {
    return this.#count + this.#others.size;
  }

  save(): SavedKeys {
    const words = new Uint32Array(this.#count * 4);
    let filled = 0;
    for (let at = 0; at < this.#words.length; at += 4) {
      if (this.#words[at] === empty) continue;
      words.set(this.#words.subarray(at, at + 4), filled);
      filled += 4;
    }
    return { words, others: this.#others };
  }

  static restore({ words, others }: SavedKeys): KeySet {
    const keys = new KeySet();
    for (let at = 0; at < words.length; at += 4) {
      if (keys.#count * 8 >= keys.#words.length) keys.#grow();
      keys.#addWords(words.subarray(at, at + 4));
    }
    for (const key of others) keys.#others.add(key);
    return keys;
  }

  has(key: string): boolean {
    const words = wordsOf(key);
    if (!words) return this.#others.has(key);
    return this.#words[this.#place(words)] !== empty;
  }

  #addWords(words: Uint32Array): boolean {
    const at = this.#place(words);
    if (this.#words[at] !== empty) return false;
    this.#words.set(words, at);
    this.#count++;
    return true;
  }

  /** Where the words stand, or would. */
  #place(words: Uint32Array): number {
    const table = this.#words;
    const mask = table.length / 4 - 1;
    for (let slot = ((words[0] ?? 0) ^ (words[3] ?? 0)) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * 4;
      const isFree = table[at] === empty;
      const isSame =
        table[at] === words[0] &&
        table[at + 1] === words[1] &&
        table[at + 2] === words[2] &&
        table[at + 3] === words[3];
      if (isFree || isSame) return at;
    }
  }

  #grow(): void {
    const old = this.#words;
    this.#words = new Uint32Array(old.length * 2).fill(empty);
    this.#count = 0;
    for (let at = 0; at < old.length; at += 4) {
      if (old[at] !== empty) this.#addWords(old.slice(at, at + 4));
    }
  }
}

const scratch = new Uint32Array(4);
const hex = new Int8Array(128).fill(-1);
for (let digit = 0; digit < 16; digit++) hex[digit.toString(16).charCodeAt(0)] = digit;

/** The 128 bits of a UUID in lower case; undefined for all else. The result is used again. */
function wordsOf(key: string): Uint32Array | undefined {
  if (key.length !== 36) return undefined;
  let [word, count] = [0, 0];
  for (let at = 0; at < 36; at++) {
    const code = key.charCodeAt(at);
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (code !== 45) return undefined;
      continue;
    }
    const digit = code < 128 ? (hex[code] ?? -1) : -1;
    if (digit < 0) return undefined;
    word = (word << 4) | digit;
    if (++count % 8 === 0) {
      scratch[count / 8 - 1] = word;
      word = 0;
    }
  }
  // The word that marks a free place begins no UUID that anybody makes; were it to, it is kept as a text.
  return scratch[0] === empty ? undefined : scratch;
}
