import { createHash } from 'node:crypto';
import { mkdirSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { withFile } from './log/index.ts';
import type { SavedFamily } from './shared-family.ts';

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
  /** Of its format. */
  readonly format: string;
  readonly rows: number;
  /** A serialised `SavedWriter`. */
  readonly writer: Uint8Array;
  /** Of the archive as the import left it. */
  readonly stamp: string;
}

/** A family keeps its place, whoever joins it later. */
function statePath(into: string, paths: readonly string[]): string {
  const [first = ''] = [...paths].sort();
  return join(
    into,
    '.varve-imports',
    `${createHash('sha256').update(first).digest('hex').slice(0, 32)}.state`,
  );
}

const hashBytes = 32;

/** Undefined where there is none, or none that is whole. */
export function readFamilyState(into: string, paths: readonly string[]): FamilyState | undefined {
  try {
    const bytes = readFileSync(statePath(into, paths));
    const [hash, content] = [bytes.subarray(0, hashBytes), bytes.subarray(hashBytes)];
    return hash.equals(digest(content)) ? (deserialize(content) as FamilyState) : undefined;
  } catch {
    return undefined;
  }
}

/** Only saves work: what a crash or a full disk leaves of it is not taken for whole, and an import does without. */
export function writeFamilyState(into: string, paths: readonly string[], state: FamilyState): void {
  const path = statePath(into, paths);
  try {
    const content = serialize(state);
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(`${path}.new`, 'w', 0o600);
    withFile(file, () => {
      for (const bytes of [digest(content), content]) writeFileSync(file, bytes);
    });
    renameSync(`${path}.new`, path);
  } catch {
    // The next import reads everything.
  }
}

function digest(content: Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}

/** Changes when an archive does; undefined where there is none. */
export function stampOfArchive(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && `${stats.size} ${stats.mtimeNs} ${stats.ino}`;
}
