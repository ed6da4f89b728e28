import { type Database, openDatabase } from '../file/open-database.ts';
import type { FileState } from './file-state.ts';
import { openPrivateCopy } from './private-copy.ts';

/** A connection to the contents of a file at its own version: to the file itself, or to a copy that may be changed. */
export interface Source {
  readonly sqlite: Database;
  readonly copy: 'none' | 'memory' | 'file';
  /** Takes a copy's name away where the system allows it, so that not even a killed process leaves it. */
  detach(): void;
  /** Closes the connection; nothing of a copy is left. */
  close(): void;
}

/** The file itself where that leaves no trace, else a copy. */
export function openSource(path: string, state: FileState): Source {
  if (state.kind !== 'sealed') return openPrivateCopy(path, state);
  const sqlite = openDatabase(path, { readonly: true });
  return { sqlite, copy: 'none', detach: () => {}, close: () => sqlite.close() };
}
