import { KeySet, type SavedKeys } from './key-set.ts';
import { type SavedFacts, ToldFacts } from './told-facts.ts';

/** What a format keeps in mind; saved where it can be. */
export interface Memory {
  save?(): unknown;
  /** Nobody asks it any more. */
  close?(): void;
}

export interface SavedMind extends SavedFacts {
  readonly sourceSeqs: ReadonlyMap<string, number>;
  readonly keys: SavedKeys;
  /** Of its last row. */
  readonly seq: number;
  /** What its format keeps in mind of it. */
  readonly memory?: unknown;
}

/** What is to be remembered of a session from one of its records to the next. */
export class SessionMind {
  readonly facts: ToldFacts;
  readonly sourceSeqs: Map<string, number>;
  readonly keys: KeySet;
  seq: number;
  readonly #savedMemory: unknown;
  #memory: unknown;

  constructor(saved?: SavedMind) {
    this.facts = new ToldFacts(saved);
    this.sourceSeqs = new Map(saved?.sourceSeqs);
    this.keys = saved ? KeySet.restore(saved.keys) : new KeySet();
    this.seq = saved?.seq ?? 0;
    this.#savedMemory = saved?.memory;
  }

  recall<T>(make: (saved?: unknown) => T): T {
    this.#memory ??= make(this.#savedMemory);
    return this.#memory as T;
  }

  /** False while a format keeps something in mind that it cannot save. */
  get isSavable(): boolean {
    return this.#memory === undefined || (this.#memory as Memory).save !== undefined;
  }

  save(): SavedMind {
    const memory = this.#memory === undefined ? this.#savedMemory : (this.#memory as Memory).save?.();
    const { sourceSeqs, seq } = this;
    return { ...this.facts.save(), sourceSeqs, keys: this.keys.save(), seq, memory };
  }
}
