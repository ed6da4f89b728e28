import type { ParentFacts } from './read-imported.ts';
import type { SessionFacts } from './rows.ts';

type Values = Record<string, unknown>;

export interface SavedFacts {
  readonly facts: Values;
  readonly metadata: Values;
  readonly first: number | undefined;
  readonly last: number | undefined;
}

/** What a log tells of its session, and from when to when what it holds happened. */
export class ToldFacts {
  readonly #facts: Values;
  readonly #metadata: Values;
  #first: number | undefined;
  #last: number | undefined;

  constructor(saved?: SavedFacts) {
    this.#facts = { ...saved?.facts };
    this.#metadata = { ...saved?.metadata };
    this.#first = saved?.first;
    this.#last = saved?.last;
  }

  save(): SavedFacts {
    return { facts: this.#facts, metadata: this.#metadata, first: this.#first, last: this.#last };
  }

  add({ metadata, ...facts }: SessionFacts): void {
    Object.assign(this.#facts, facts);
    Object.assign(this.#metadata, metadata);
  }

  get(name: keyof SessionFacts): unknown {
    return name === 'metadata' ? this.#metadata : this.#facts[name];
  }

  parents(): ParentFacts {
    const { parentSessionId = null, parentCallSeq = null, parentToolCallId = null } = this.#facts;
    return { parentSessionId, parentCallSeq, parentToolCallId } as ParentFacts;
  }

  touch(atMs: number): void {
    if (this.#first === undefined || atMs < this.#first) this.#first = atMs;
    if (this.#last === undefined || atMs > this.#last) this.#last = atMs;
  }

  /** The session's own row. */
  row(id: string): Values {
    const startedAtMs = this.#facts.startedAtMs ?? this.#first ?? 0;
    return {
      agentName: 'unknown',
      status: 'completed',
      ...this.#facts,
      id,
      startedAtMs,
      endedAtMs: this.#facts.endedAtMs ?? this.#last ?? startedAtMs,
      metadata: Object.keys(this.#metadata).length > 0 ? JSON.stringify(this.#metadata) : null,
    };
  }
}
