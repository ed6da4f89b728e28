import type { NewerFiles } from '@varve/core';
import { type JudgedArchive, judgeArchive, lockHolder } from '@varve/core/internal';
import { type FileIdentity, type Lineage, versionFromHint } from '@varve/migrations';
import { type FoundFile, problemOfFile, type RecognisedFile } from '../find/index.ts';
import { type Problem, problemOf } from '../work/index.ts';

/** How an archive stands to head; `damaged` when SQLite cannot tell. */
export type ArchiveState = FileIdentity['state'] | 'damaged';

export interface CountedArchive {
  readonly path: string;
  readonly sizeBytes: number;
  readonly state: ArchiveState;
  /** Undefined unless the archive can be read at head. */
  readonly version: number | undefined;
  /** `live`: a writer has it open now; `unsealed`: a writer left it, closed or not; `sealed`: it can be read in place. */
  readonly sealing: 'sealed' | 'unsealed' | 'live';
}

export interface Counted {
  readonly archive: CountedArchive;
  readonly problem: Problem | undefined;
  readonly lacksWal: boolean;
}

export interface CountOptions {
  readonly lineage: Lineage;
  readonly newer: NewerFiles;
}

/** @param localPath Where its bytes lie. */
export function countArchive(file: Countable, localPath: string, options: CountOptions): Counted {
  const { path, sizeBytes } = file;
  let sealing: CountedArchive['sealing'] = 'unsealed';
  try {
    sealing = sealingOf(file);
    const { identity, error } = judge(file, localPath, options);
    return {
      archive: {
        path,
        sizeBytes,
        state: identity.state,
        version: error ? undefined : versionOf(identity),
        sealing,
      },
      problem: error && { ...problemOf(error, path), path },
      lacksWal: lacksWal(file),
    };
  } catch (error) {
    return failed(file, sealing, error);
  }
}

/** By its header where that tells. */
function judge(file: Countable, localPath: string, options: CountOptions): JudgedArchive {
  const identity = hintedIdentity(file, options.lineage);
  return identity ? { identity, error: undefined } : judgeArchive(localPath, options);
}

function versionOf(identity: FileIdentity): number {
  return identity.state === 'ahead' ? identity.version + identity.aheadBy : identity.version;
}

export function failed(file: Countable, sealing: CountedArchive['sealing'], error: unknown): Counted {
  const { path, sizeBytes } = file;
  return {
    archive: { path, sizeBytes, state: 'damaged', version: undefined, sealing },
    problem: problemOfFile(error, file),
    lacksWal: lacksWal(file),
  };
}

export type Countable = FoundFile & Partial<Pick<RecognisedFile, 'header'>>;

function lacksWal({ sidecars, header }: Countable): boolean {
  return header?.isWal === true && sidecars.length === 0;
}

export function sealingOf({ path, sidecars, header }: Countable): CountedArchive['sealing'] {
  if (sidecars.includes('-lock') && lockHolder(path)) return 'live';
  return sidecars.length > 0 || header?.isWal ? 'unsealed' : 'sealed';
}

/** A file with a WAL beside has no header here: it may stand at a version that the file itself does not show. */
export function hintedIdentity(
  { header }: Pick<Countable, 'header'>,
  lineage: Lineage,
): FileIdentity | undefined {
  const version = header && versionFromHint(header, lineage);
  if (version === undefined) return undefined;
  return { state: version === lineage.migrations.length ? 'current' : 'behind', version };
}
