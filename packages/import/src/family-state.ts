import { statSync } from 'node:fs';
import type { SavedFamily } from './shared-family.ts';
import { readState, writeState } from './state-file.ts';

/** Where an import that finds a log grown goes on. */
export interface FamilyState {
  readonly importerVersion: string;
  /** By path, in the order in which they were read. */
  readonly logs: ReadonlyMap<string, SavedLog>;
  readonly family: SavedFamily;
  /** By the names of their archives. */
  readonly sessions: ReadonlyMap<string, SavedSession>;
}

export interface SavedLog {
  readonly identity: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  /** SHA-256 of all of it, hexadecimal. */
  readonly hash: string;
  /** Where its last whole line ended. */
  readonly resumeAt: number;
  readonly records: number;
  readonly lastRecordKey: string | null;
  /** Serialised, as it was before it knew that no more records come. */
  readonly mapper: Uint8Array;
}

export interface SavedSession {
  /** The only one that tells of it. */
  readonly log: string;
  readonly rows: number;
  /** A serialised `SavedWriter`; undefined for a session of which a log tells in one place. */
  readonly writer: Uint8Array | undefined;
  /** Of the archive as the import left it. */
  readonly stamp: string;
}

/** A family keeps its place, whoever joins it later. */
function nameOf(paths: readonly string[]): string {
  const [first = ''] = [...paths].sort();
  return first;
}

/** Undefined where there is none, or none that is whole. */
export function readFamilyState(into: string, paths: readonly string[]): FamilyState | undefined {
  return readState(into, nameOf(paths), 'state') as FamilyState | undefined;
}

export function writeFamilyState(into: string, paths: readonly string[], state: FamilyState): void {
  writeState(into, nameOf(paths), 'state', state);
}

/** Changes when an archive does; undefined where there is none. */
export function stampOfArchive(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && `${stats.size} ${stats.mtimeNs} ${stats.ino}`;
}
