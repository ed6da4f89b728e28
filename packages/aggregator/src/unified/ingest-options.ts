import type { NewerFiles } from '@varve/core';
import type { Lineage } from '@varve/migrations';

export interface UnifyProgress {
  /** Archives read so far, and to read at all. */
  readonly done: number;
  readonly total: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export interface IngestOptions {
  readonly lineage: Lineage;
  /** What becomes of an archive that newer code wrote; it is refused, as a problem of its own, unless given. */
  readonly newer?: NewerFiles;
  /**
   * How many processes read new archives, this one among them. Unless given, one a core, four at most; and only this one
   * for fewer archives than a thousand, which do not pay for the start of another.
   */
  readonly jobs?: number;
  /** Called after each batch. */
  readonly onProgress?: (progress: UnifyProgress) => void;
}
