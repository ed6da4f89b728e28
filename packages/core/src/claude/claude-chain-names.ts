import type { JsonObject } from './json-access.ts';

export type SavedRoots = ReadonlyMap<string, string>;

/** Tells which of the conversations in one transcript a record is of. */
export class ClaudeChainNames {
  readonly #agentId: string | undefined;
  /** The root of each record of a sub-agent whose records stand among the parent's. */
  readonly #roots: Map<string, string>;

  /** @param agentId Of the sub-agent whose own transcript it is. */
  constructor(agentId: string | undefined, saved?: SavedRoots) {
    this.#agentId = agentId;
    this.#roots = new Map(saved);
  }

  save(): SavedRoots {
    return this.#roots;
  }

  /** Empty for the main one. */
  of(record: JsonObject): string {
    if (this.#agentId !== undefined) return `agent-${this.#agentId}`;
    if (record.isSidechain !== true) return '';
    if (typeof record.agentId === 'string') return `agent-${record.agentId}`;
    const { uuid, parentUuid } = record;
    const root =
      (typeof parentUuid === 'string' && this.#roots.get(parentUuid)) || String(uuid ?? parentUuid);
    if (typeof uuid === 'string') this.#roots.set(uuid, root);
    return `sidechain-${root.slice(0, 8)}`;
  }
}
