import type { Redact } from '@varve/core';
import type { FormatOptions } from './format/index.ts';

export interface ImportLogsOptions extends FormatOptions {
  /** The folder of the archives, made where it is missing. */
  readonly into: string;
  /** How many processes read logs, this one among them: one a core unless given, four at most, and only this one for a few megabytes. */
  readonly jobs?: number;
  /** Read everything, write nothing: tells what would come. */
  readonly dryRun?: boolean;
  /** Called after each log. */
  readonly onProgress?: (progress: ImportProgress) => void;
  /** No log is begun after it is aborted, and what is half read is left out. */
  readonly signal?: AbortSignal;
  /**
   * Applied to every value before it is stored, in this process alone, and nothing is kept of a log to go on from: what has
   * grown is read anew. Archives that are there already, of logs that have not changed, stay as they are.
   */
  readonly redact?: Redact;
}

export interface ImportProgress {
  /** Logs that are read, or were found unchanged. */
  readonly done: number;
  readonly total: number;
}
