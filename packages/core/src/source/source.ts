import type { Database } from '../file/index.ts';

/** A connection to the contents of a file at its own version: to the file itself, or to a copy that may be changed. */
export interface Source {
  readonly sqlite: Database;
  readonly copy: 'none' | 'memory' | 'file';
  /** Takes a copy's name away where the system allows it, so that not even a killed process leaves it. */
  detach(): void;
  /** Closes the connection; nothing of a copy is left. */
  close(): void;
}
