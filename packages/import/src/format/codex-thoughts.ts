/** Reasoning that an event told, and no item by now. */
interface Thought {
  readonly text: string;
  /** Told by an earlier import, which has counted it. */
  readonly isCounted: boolean;
}

export type SavedThoughts = readonly Thought[];

/** What events told of a model's reasoning: an item follows, with all of it, unless the version logs none. */
export class CodexThoughts {
  #thoughts: readonly Thought[];
  /** How many of those that this import was told have had no item. */
  lateCount = 0;

  constructor(saved: SavedThoughts = []) {
    this.#thoughts = saved.map((it) => ({ ...it, isCounted: true }));
  }

  save(): SavedThoughts {
    return this.#thoughts;
  }

  add(text: string): void {
    this.#thoughts = [...this.#thoughts, { text, isCounted: false }];
  }

  /** An item has told these. */
  drop(texts: readonly string[]): void {
    this.#thoughts = this.#thoughts.filter(({ text }) => !texts.includes(text));
  }

  /** Those that no item tells. */
  takeAll(): readonly string[] {
    const thoughts = this.#thoughts;
    this.#thoughts = [];
    this.lateCount += thoughts.filter(({ isCounted }) => !isCounted).length;
    return thoughts.map(({ text }) => text);
  }
}
