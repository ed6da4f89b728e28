import { attachArchive, type KnownShapes } from '@varve/core';
import { compileLens, type Lens, type Lineage } from '@varve/migrations';
import type { Database } from 'better-sqlite3';

/** An archive attached as `schema`: its rows at head are had through `lens`, where there is one. */
export interface ArchiveReading {
  readonly strategy: 'identity' | 'lens' | 'replayed';
  /** The archive's own, whatever became of a copy. */
  readonly version: number;
  readonly schema: string;
  readonly lens: Lens | undefined;
  /** Outside of a transaction. */
  detach(): void;
}

export interface OpenReadingOptions {
  readonly lineage: Lineage;
  readonly schema: string;
  readonly shapes: KnownShapes;
  /** A lens is known not to do. */
  readonly mustReplay: boolean;
}

/**
 * Attaches an archive in the cheapest way to read it at head: only its lens is tried before a replay.
 *
 * @throws the codes of `attachArchive`
 */
export function openReading(sqlite: Database, path: string, options: OpenReadingOptions): ArchiveReading {
  const { lineage, schema, mustReplay } = options;
  const { version, detach } = attachArchive(sqlite, path, {
    ...options,
    at: mustReplay ? 'head' : 'own version',
  });
  const isCurrent = version === lineage.migrations.length;
  if (isCurrent || mustReplay) {
    return { strategy: isCurrent ? 'identity' : 'replayed', version, schema, lens: undefined, detach };
  }
  const lens = compileLens(lineage, version);
  if (!lens.refusal) return { strategy: 'lens', version, schema, lens, detach };
  detach();
  return openReading(sqlite, path, { ...options, mustReplay: true });
}
