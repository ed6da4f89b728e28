import { type MessagePart, toJson } from '@varve/schema';
import { textOf } from './json-access.ts';

/** The calls of tools that one answer of a model asked for. */
export class AskedCalls {
  readonly modelCallSeq: number | undefined;
  readonly #count: number;
  /** Those that have not been met yet. */
  readonly #open: MessagePart[];
  #met = 0;

  constructor(calls: readonly MessagePart[], modelCallSeq: number | undefined) {
    this.modelCallSeq = modelCallSeq;
    this.#count = calls.length;
    this.#open = [...calls];
  }

  /** Whether some were neither run nor refused: they wait for somebody's approval. */
  get isWaiting(): boolean {
    return this.#met < this.#count;
  }

  /** The id of the only open call of this name. */
  idOf(name: string | undefined): string | undefined {
    const calls = this.#open.filter((it) => it.name === name);
    return calls.length === 1 ? textOf(calls[0]?.id) : undefined;
  }

  /** A span of a tool does not tell the call's id: it is that of the first open call that fits. */
  meet(name: string, given: unknown): string | undefined {
    this.#met += 1;
    const text = JSON.stringify(toJson(given));
    const at = this.#open.findIndex(
      (call) => call.name === name && (given === undefined || JSON.stringify(call.arguments) === text),
    );
    return at === -1 ? undefined : textOf(this.#open.splice(at, 1)[0]?.id);
  }
}
