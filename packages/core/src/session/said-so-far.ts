import { hash } from 'node:crypto';
import { toJson } from '@varve/schema';

/** What is known of messages that were looked at before. */
interface KnownKeys {
  get(message: object): string | undefined;
  set(message: object, key: string): unknown;
}

/** The keys of messages that come again as copies: what a message tells is compared, which costs less than to read it. */
export class KeysByContent implements KnownKeys {
  readonly #keys = new Map<string, string>();
  #last: { readonly message: object; readonly content: string } | undefined;

  get(message: object): string | undefined {
    return this.#keys.get(this.#contentOf(message));
  }

  set(message: object, key: string): void {
    this.#keys.set(this.#contentOf(message), key);
  }

  #contentOf(message: object): string {
    if (this.#last?.message === message) return this.#last.content;
    const content = keyOf(toJson(message));
    this.#last = { message, content };
    return content;
  }
}

/** What of a conversation is on the timeline: each request to a model repeats what was said before. */
export class SaidSoFar {
  readonly #said: Map<string, number>;

  /** @param saved What another one has saved, which this goes on for. */
  constructor(saved?: ReadonlyMap<string, number>) {
    this.#said = new Map(saved);
  }

  save(): ReadonlyMap<string, number> {
    return this.#said;
  }

  /**
   * Of the messages of one request those that are new, which then count as said: the n-th of its kind there is new if it
   * was said fewer than n times before. `keys` keeps what is known of objects that come again unchanged, since to look at all
   * that was said costs more with each request.
   */
  takeNew<T>(
    messages: readonly T[],
    printOf: (message: T) => unknown,
    keys: KnownKeys = new WeakMap<object, string>(),
  ): T[] {
    const here = new Map<string, number>();
    return messages.filter((message) => {
      const key = keyIn(keys, message, printOf);
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

/** In letters: what is longer is kept by its hash, which costs more to make than most messages to keep. */
const longestKey = 1000;

function keyIn<T>(keys: KnownKeys, message: T, printOf: (message: T) => unknown): string {
  if (typeof message !== 'object' || message === null) return keyOf(printOf(message));
  const key = keys.get(message) ?? keyOf(printOf(message));
  keys.set(message, key);
  return key;
}

function keyOf(print: unknown): string {
  const text = JSON.stringify(print) ?? '';
  return text.length <= longestKey ? text : hash('sha256', text, 'base64');
}
