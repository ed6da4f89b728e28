import type { Problem } from '@varve/aggregator';
import type { KnownFacts } from '@varve/aggregator/internal';
import type { ReadingPlan } from '@varve/core';
import type { Lineage } from '@varve/migrations';
import type { Database } from '@varve/migrations/internal';
import type { HeadShape } from './head-shape.ts';

/** A file that holds sessions: an archive, or what a unified view read from one. */
export interface SessionFile {
  /** Names it in URLs; made from its path. */
  readonly key: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  readonly version: number | null;
  readonly sealing: 'sealed' | 'unsealed' | 'live';
  /** Why it cannot be read. */
  readonly code: string | null;
  /** Differs when the file does. */
  readonly fingerprint: string;
  /** Of an object in a store. */
  readonly etag?: string;
  /** What a manifest tells of it before it is read. */
  readonly known?: KnownFacts;
}

/** A connection on which head's tables hold what is in one file. */
export interface OpenFile {
  readonly sqlite: Database;
  readonly version: number | null;
  readonly originalVersion: number | null;
  /** Null for a file that is read as it lies. */
  readonly plan: ReadingPlan | null;
  close(): void;
}

export interface Scan {
  readonly files: readonly SessionFile[];
  readonly problems: readonly Problem[];
  /** False where something could not be searched: what was there before may be there still. */
  readonly isWhole: boolean;
}

/** Where the sessions come from: archives in folders, or a unified view. */
export interface SessionSource {
  readonly kind: 'archives' | 'view';
  readonly where: readonly string[];
  readonly lineage: Lineage | undefined;
  readonly shape: HeadShape;
  scan(): Scan | Promise<Scan>;
  /**
   * Where files lie elsewhere: asks whether they can be had at all, and has one on this machine, where `open` finds it. Only
   * what is looked at is fetched.
   */
  readonly remote?: {
    assertFound(): Promise<void>;
    fetch(file: SessionFile): Promise<void>;
  };
  /** One at a time: close it before the next. What is remote is fetched before. @throws the codes of `openArchive` */
  open(file: SessionFile): OpenFile;
  /** Where one connection holds all files: their rows, by the number of the archive that they are of. */
  readonly together?: { readonly sqlite: Database; archiveOf(file: SessionFile): number | undefined };
  close(): void;
}
