import { identifyArchive } from '@varve/core';
import { lockHolder } from '@varve/core/internal';
import { type FileIdentity, type Lineage, versionFromHint } from '@varve/migrations';
import { identityError } from '@varve/migrations/internal';
import { recogniseArchives } from '../find/find-archives.ts';
import type { RecognisedFile } from '../find/recognise-archive.ts';
import { type Problem, problemOf } from '../work/problem.ts';

export interface CensusOptions {
  readonly lineage: Lineage;
}

/** How an archive stands to head; `damaged` when SQLite cannot tell. */
export type ArchiveState = FileIdentity['state'] | 'damaged';

export interface CountedArchive {
  readonly path: string;
  readonly sizeBytes: number;
  readonly state: ArchiveState;
  /** Undefined unless the archive is `current` or `behind`. */
  readonly version: number | undefined;
  /** `live`: a writer has it open now; `unsealed`: a writer left it, closed or not; `sealed`: it can be read in place. */
  readonly sealing: 'sealed' | 'unsealed' | 'live';
}

export interface CountedVersion {
  readonly version: number;
  /** The last migration of that version; undefined at version 0. */
  readonly migration: string | undefined;
  readonly count: number;
  readonly sizeBytes: number;
}

export interface Census {
  /** How many archives there are, those with problems among them. */
  readonly total: number;
  readonly sizeBytes: number;
  /** Sessions that a writer has open. */
  readonly live: number;
  /** In ascending order; versions at which nothing stands are left out. */
  readonly versions: readonly CountedVersion[];
  readonly states: Readonly<Partial<Record<ArchiveState, number>>>;
  readonly problems: readonly Problem[];
  /** Sorted by path. */
  readonly archives: readonly CountedArchive[];
}

/**
 * Counts how many archives stand at which version. Changes nothing, and opens only files whose header does not tell
 * their version. Never throws for a file: what cannot be counted is among the problems.
 */
export function census(where: string | readonly string[], { lineage }: CensusOptions): Census {
  const found = recogniseArchives(where);
  const problems = found.problems.map((error) => problemOf(error, error.path ?? ''));
  const archives = found.archives.map((file) => countArchive(file, lineage, problems));
  return {
    total: archives.length,
    sizeBytes: sumSizes(archives),
    live: archives.filter((archive) => archive.sealing === 'live').length,
    versions: countVersions(archives, lineage),
    states: countStates(archives),
    problems,
    archives,
  };
}

function countArchive(file: RecognisedFile, lineage: Lineage, problems: Problem[]): CountedArchive {
  const { path, sizeBytes } = file;
  let sealing: CountedArchive['sealing'] = 'unsealed';
  try {
    sealing = sealingOf(file);
    const identity = hintedIdentity(file, lineage) ?? identifyArchive(path, { lineage });
    const error = identityError(identity, lineage, path);
    if (error) problems.push(problemOf(error, path));
    return { path, sizeBytes, state: identity.state, version: error ? undefined : identity.version, sealing };
  } catch (error) {
    problems.push(problemOf(error, path));
    return { path, sizeBytes, state: 'damaged', version: undefined, sealing };
  }
}

function sealingOf({ path, sidecars, header }: RecognisedFile): CountedArchive['sealing'] {
  if (sidecars.includes('-lock') && lockHolder(path)) return 'live';
  return sidecars.length > 0 || header?.isWal ? 'unsealed' : 'sealed';
}

/** A file with a WAL beside has no header here: it may stand at a version that the file itself does not show. */
function hintedIdentity({ header }: RecognisedFile, lineage: Lineage): FileIdentity | undefined {
  const version = header && versionFromHint(header, lineage);
  if (version === undefined) return undefined;
  return { state: version === lineage.migrations.length ? 'current' : 'behind', version };
}

function countVersions(archives: readonly CountedArchive[], lineage: Lineage): CountedVersion[] {
  const byVersion = Map.groupBy(archives, (archive) => archive.version);
  return [...byVersion]
    .filter((entry): entry is [number, CountedArchive[]] => entry[0] !== undefined)
    .sort(([a], [b]) => a - b)
    .map(([version, counted]) => ({
      version,
      migration: lineage.migrations[version - 1]?.name,
      count: counted.length,
      sizeBytes: sumSizes(counted),
    }));
}

function countStates(archives: readonly CountedArchive[]): Census['states'] {
  const byState = Map.groupBy(archives, (archive) => archive.state);
  return Object.fromEntries([...byState].map(([state, counted]) => [state, counted.length]));
}

function sumSizes(archives: readonly { readonly sizeBytes: number }[]): number {
  return archives.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
