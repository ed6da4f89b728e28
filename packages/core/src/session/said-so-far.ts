import { createHash } from 'node:crypto';

/** What of a conversation is on the timeline: each request to a model repeats what was said before. */
export class SaidSoFar {
  readonly #said = new Map<string, number>();

  /**
   * Of the messages of one request those that are new, which then count as said: the n-th of its kind there is new if it
   * was said fewer than n times before.
   */
  takeNew<T>(messages: readonly T[], printOf: (message: T) => unknown): T[] {
    const here = new Map<string, number>();
    return messages.filter((message) => {
      const key = keyOf(printOf(message));
      const times = (here.get(key) ?? 0) + 1;
      here.set(key, times);
      if (times <= (this.#said.get(key) ?? 0)) return false;
      this.#said.set(key, times);
      return true;
    });
  }

  /** Once more. */
  add(print: unknown): void {
    const key = keyOf(print);
    this.#said.set(key, (this.#said.get(key) ?? 0) + 1);
  }
}

function keyOf(print: unknown): string {
  const text = JSON.stringify(print) ?? '';
  return text.length <= 64 ? text : createHash('sha256').update(text).digest('base64');
}
