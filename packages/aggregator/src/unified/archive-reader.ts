import type { NewerFiles } from '@varve/core';
import { ArchiveAttacher } from '@varve/core/internal';
import type { Lens, Lineage } from '@varve/migrations';
import { compileOrdinaryLens, type Database } from '@varve/migrations/internal';

/** An archive attached as `schema`: its rows at head are had through `lens`, where there is one. */
export interface ArchiveReading {
  readonly strategy: 'identity' | 'lens' | 'replayed';
  /** The archive's own, whatever became of a copy. */
  readonly version: number;
  /** Its version before it was first upgraded. */
  readonly originalVersion: number;
  readonly schema: string;
  readonly lens: Lens | undefined;
  /** Outside of a transaction. */
  detach(): void;
}

/** Attaches archives to a connection, each in the cheapest way to read it at head. */
export class ArchiveReader {
  readonly #lineage: Lineage;
  readonly #attacher: ArchiveAttacher;

  constructor(sqlite: Database, lineage: Lineage, newer?: NewerFiles) {
    this.#lineage = lineage;
    this.#attacher = new ArchiveAttacher(sqlite, lineage, newer);
  }

  /**
   * @param mustReplay When the archive's lens is known not to do for its rows.
   * @throws the codes of `ArchiveAttacher`
   */
  open(path: string, schema: string, mustReplay: boolean): ArchiveReading {
    const at = mustReplay ? 'head' : 'own version';
    const { version, originalVersion, isForLens, detach } = this.#attacher.attach(path, { schema, at });
    const versions = { version, originalVersion };
    // A newer one is read for what head knows of it.
    if (version >= this.#lineage.migrations.length) {
      return { strategy: 'identity', ...versions, schema, lens: undefined, detach };
    }
    if (mustReplay) return { strategy: 'replayed', ...versions, schema, lens: undefined, detach };
    if (!isForLens) {
      detach();
      return this.open(path, schema, true);
    }
    try {
      // The stages of a lens run on a connection of the archive's own.
      const lens = compileOrdinaryLens(this.#lineage, version);
      if (!lens.refusal && lens.stages.length === 0)
        return { strategy: 'lens', ...versions, schema, lens, detach };
    } catch (error) {
      detach();
      throw error;
    }
    detach();
    return this.open(path, schema, true);
  }
}
