import { emptyWord, hashOf, KeyTable } from './key-table.ts';

export interface SavedKeys {
  /** Four a UUID. */
  readonly words: Uint32Array;
  readonly others: ReadonlySet<string>;
}

/** While a table grows, it is there twice: beyond so many keys there are several, that grow one after the other. */
const mostInOne = 1 << 14;
const tableCount = 16;

/**
 * A set of record keys. UUIDs, which most are, are held in 20 to 30 bytes each, so that millions of records need tens of
 * megabytes; other texts as they are.
 */
export class KeySet {
  #tables = [new KeyTable()];
  readonly #others = new Set<string>();

  /** False when it was there already. */
  add(key: string): boolean {
    const words = wordsOf(key);
    if (words) return this.#addWords(words);
    const size = this.#others.size;
    return this.#others.add(key).size > size;
  }

  get size(): number {
    return this.#wordCount + this.#others.size;
  }

  save(): SavedKeys {
    const words = new Uint32Array(this.#wordCount * 4);
    let filled = 0;
    for (const table of this.#tables) {
      for (const key of table.all()) {
        words.set(key, filled);
        filled += 4;
      }
    }
    return { words, others: this.#others };
  }

  static restore({ words, others }: SavedKeys): KeySet {
    const keys = new KeySet();
    for (let at = 0; at < words.length; at += 4) keys.#addWords(words.subarray(at, at + 4));
    for (const key of others) keys.#others.add(key);
    return keys;
  }

  has(key: string): boolean {
    const words = wordsOf(key);
    return words ? this.#tableOf(words).has(words) : this.#others.has(key);
  }

  get #wordCount(): number {
    return this.#tables.reduce((sum, { size }) => sum + size, 0);
  }

  #addWords(words: Uint32Array): boolean {
    const [only] = this.#tables;
    if (this.#tables.length === 1 && only && only.size >= mostInOne) this.#split(only);
    return this.#tableOf(words).add(words);
  }

  #split(table: KeyTable): void {
    this.#tables = Array.from({ length: tableCount }, () => new KeyTable());
    for (const key of table.all()) this.#tableOf(key).add(key);
  }

  /** By other bits than those that tell the place within it. */
  #tableOf(words: Uint32Array): KeyTable {
    const at = this.#tables.length === 1 ? 0 : hashOf(words) % tableCount;
    return this.#tables[at] as KeyTable;
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
  return scratch[0] === emptyWord ? undefined : scratch;
}
