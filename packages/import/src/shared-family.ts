import type { Memory } from './archive/index.ts';
import type { Family, StartedAgent } from './format/index.ts';

/** What a family knew when its logs had been read, and who of them had asked for it, or said it. */
export interface SavedFamily {
  readonly starts: ReadonlyMap<string, StartedAgent>;
  readonly saidBy: ReadonlyMap<string, string>;
  readonly askedBy: ReadonlyMap<string, readonly string[]>;
  readonly owners: ReadonlyMap<string, string> | undefined;
  /** What its format keeps in mind. */
  readonly memory?: unknown;
}

/** Thrown where to go on would not come to the same as to read everything. */
export class NotContinuable extends Error {}

/**
 * What logs that are read together know of each other. Where some of them were read by an earlier import, it sees to it that
 * nothing is said now that those would have had to know.
 */
export class SharedFamily implements Family {
  readonly records: Family['records'];
  readonly starts: Family['starts'];
  logsToCome = 0;
  /** The log that is being read. */
  current = '';
  readonly #order: ReadonlyMap<string, number>;
  readonly isContinued: boolean;
  readonly #started: Map<string, StartedAgent>;
  readonly #saidBy: Map<string, string>;
  readonly #askedBy: Map<string, readonly string[]>;
  readonly #owners: Map<string, string> | undefined;
  readonly #savedMemory: unknown;
  #memory: unknown;

  /** @param paths Of its logs, in the order in which they are read. */
  constructor(paths: readonly string[], saved?: SavedFamily) {
    const isShared = paths.length > 1;
    this.#order = new Map(paths.map((path, at) => [path, at]));
    this.isContinued = saved !== undefined;
    this.#savedMemory = saved?.memory;
    this.#started = new Map(saved?.starts);
    this.#saidBy = new Map(saved?.saidBy);
    this.#askedBy = new Map(saved?.askedBy);
    if (saved && isShared && !saved.owners) throw new NotContinuable();
    this.#owners = isShared ? new Map(saved?.owners) : undefined;
    this.records = isShared ? new Map() : undefined;
    this.starts = { get: (agent) => this.#find(agent), set: (agent, start) => this.#say(agent, start) };
  }

  owner(key: string, sessionId: string): string {
    const owner = this.#owners?.get(key);
    if (owner === undefined) this.#owners?.set(key, sessionId);
    else if (owner !== sessionId && this.isContinued) throw new NotContinuable();
    return owner ?? sessionId;
  }

  recall<T>(make: (saved?: unknown) => T): T {
    this.#memory ??= make(this.#savedMemory);
    return this.#memory as T;
  }

  save(): SavedFamily {
    return {
      starts: this.#started,
      saidBy: this.#saidBy,
      askedBy: this.#askedBy,
      owners: this.#owners,
      memory: (this.#memory as Memory | undefined)?.save?.() ?? this.#savedMemory,
    };
  }

  /** Its logs are read, or are not read on. */
  close(): void {
    (this.#memory as Memory | undefined)?.close?.();
  }

  #find(agent: string): StartedAgent | undefined {
    const sayer = this.#saidBy.get(agent);
    if (this.isContinued && sayer !== undefined && this.#place(sayer) > this.#place(this.current))
      throw new NotContinuable();
    const askers = this.#askedBy.get(agent) ?? [];
    if (!askers.includes(this.current)) this.#askedBy.set(agent, [...askers, this.current]);
    return this.#started.get(agent);
  }

  #say(agent: string, start: StartedAgent): void {
    const involved = [...(this.#askedBy.get(agent) ?? []), this.#saidBy.get(agent) ?? this.current];
    const isNews = JSON.stringify(this.#started.get(agent)) !== JSON.stringify(start);
    if (this.isContinued && isNews && involved.some((path) => path !== this.current))
      throw new NotContinuable();
    this.#started.set(agent, start);
    this.#saidBy.set(agent, this.current);
  }

  #place(path: string): number {
    return this.#order.get(path) ?? -1;
  }
}
