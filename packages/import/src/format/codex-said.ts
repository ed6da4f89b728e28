/** Events beyond so many lines are far from the items that they repeat. */
const lastSaid = 64;

/** Who said what in a rollout's items and in its events: each repeats the other, whichever comes first. */
export class CodexSaid {
  /** How often items have said it without an event, or, below zero, events without an item. */
  readonly #said: Map<string, number>;

  constructor(saved?: ReadonlyMap<string, number>) {
    this.#said = new Map(saved);
  }

  save(): ReadonlyMap<string, number> {
    return this.#said;
  }

  /** Whether the other kind of record has said it: `by` is 1 for an item, -1 for an event. */
  isRepeated(role: string, text: string, by: 1 | -1): boolean {
    const key = `${role} ${text}`;
    const balance = this.#said.get(key) ?? 0;
    this.#said.delete(key);
    if (balance + by !== 0) this.#said.set(key, balance + by);
    if (this.#said.size > lastSaid) this.#said.delete(this.#said.keys().next().value ?? '');
    return balance * by < 0;
  }
}
