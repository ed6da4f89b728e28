import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lineage } from '@varve/migrations';
import { readOriginalVersion, replayMigrations } from '@varve/migrations/internal';
import {
  FileShapes,
  findShapeDifferences,
  makePrivateDir,
  onFile,
  realPath,
  removePrivateDir,
} from '../file/index.ts';
import {
  copyAsUtf8,
  identifyForReading,
  inspectFile,
  type NewerFiles,
  openPrivateCopy,
  openSource,
  type Source,
} from '../source/index.ts';

export interface ArchiveSourceOptions {
  readonly lineage: Lineage;
  /** Whether the source stands at the file's own version, or at head by replay on a private copy. */
  readonly at: 'own version' | 'head';
  /** Refused unless given. */
  readonly newer?: NewerFiles;
}

/** What an archive says of itself, whatever becomes of a copy. */
export interface Standing {
  /** How many migrations it has had. */
  readonly version: number;
  /** How many it had had before it was first upgraded. */
  readonly originalVersion: number;
  /** Whether a lens would be exact on its tables; texts of UTF-16 are not for it. */
  readonly isForLens: boolean;
  /** By `FileShapes`, of the archive at its own version. */
  readonly shape: string | undefined;
}

/** A file that another connection may ATTACH and read: nothing is written to it, and nothing appears beside it. */
export interface ArchiveSource extends Standing {
  /** The archive itself, or a private copy. */
  readonly path: string;
  readonly copy: 'none' | 'file';
  /** Removes the copy. Call it after DETACH. */
  close(): void;
}

/**
 * Prepares a file of any version and state for ATTACH. A sealed file is handed out as it lies; what has a writer, or
 * was left by one, is copied first. Of texts in UTF-16 it is a copy at head, whatever was asked for.
 *
 * @throws the codes of `openArchive`
 */
export function openArchiveSource(
  path: string,
  { lineage, at, newer = 'refuse' }: ArchiveSourceOptions,
): ArchiveSource {
  const file = realPath(path);
  return onFile(file, () => {
    const state = inspectFile(file);
    // What is opened through a link cannot be attached by its name.
    let source = state.kind === 'sealed' ? openSource(file, state) : openPrivateCopy(file, state);
    try {
      const known = readStanding(source, { lineage, path: file, newer });
      const { version } = known;
      const isUtf16 = hasUtf16(source);
      const isReplayed = (at === 'head' || isUtf16) && version < lineage.migrations.length;
      if (source.copy === 'none') source.close();
      if (source.copy === 'none' && !isReplayed && !isUtf16)
        return { path: file, ...known, copy: 'none', close: () => {} };
      if (source.copy === 'none') source = openPrivateCopy(file, state);
      if (isReplayed) {
        source.sqlite.exec('PRAGMA synchronous = OFF');
        replayMigrations(source.sqlite, lineage, file);
      }
      return { ...known, copy: 'file', ...(isUtf16 ? toUtf8File(source) : toFile(source)) };
    } catch (error) {
      source.close();
      throw error;
    }
  });
}

/** @throws the codes of `openArchive` */
export function findStanding(file: string, lineage: Lineage, newer: NewerFiles): Standing {
  const source = openSource(file, inspectFile(file));
  try {
    return readStanding(source, { lineage, path: file, newer });
  } finally {
    source.close();
  }
}

interface StandingOptions {
  readonly lineage: Lineage;
  readonly path: string;
  readonly newer: NewerFiles;
}

function readStanding(source: Source, { lineage, path, newer }: StandingOptions): Standing {
  const { sqlite } = source;
  const version = identifyForReading(sqlite, lineage, { path, newer });
  const originalVersion = readOriginalVersion(sqlite, lineage) ?? version;
  const isNewer = version > lineage.migrations.length;
  const isAlike = !isNewer && findShapeDifferences(sqlite, lineage, version).alike.length > 0;
  const shape = new FileShapes(sqlite, lineage).read('main');
  return { version, originalVersion, shape, isForLens: !isAlike && !hasUtf16(source) };
}

function hasUtf16({ sqlite }: Source): boolean {
  return sqlite.pragma('encoding', { simple: true }) !== 'UTF-8';
}

/** A database in memory belongs to its connection alone. */
function toFile(source: Source): { path: string; close(): void } {
  if (source.copy === 'file') return { path: source.sqlite.name, close: () => source.close() };
  const dir = makePrivateDir();
  const path = join(dir, 'copy.db');
  writeFileSync(path, source.sqlite.serialize());
  source.close();
  return { path, close: () => removePrivateDir(dir) };
}

function toUtf8File(source: Source): { path: string; close(): void } {
  const dir = makePrivateDir();
  try {
    const path = join(dir, 'copy.db');
    copyAsUtf8(source.sqlite, path);
    source.close();
    return { path, close: () => removePrivateDir(dir) };
  } catch (error) {
    removePrivateDir(dir);
    throw error;
  }
}
