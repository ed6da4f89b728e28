import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { identifyArchive, type StoreUrl } from '@varve/core';
import { lockHolder, makePrivateDir, removePrivateDir, requestsInFlight } from '@varve/core/internal';
import { type FileIdentity, type Lineage, versionFromHint } from '@varve/migrations';
import { identityError } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import {
  type Archives,
  type FoundFile,
  fetchFile,
  inFlight,
  isInStore,
  isRemote,
  isSelected,
  newNotes,
  problemOfFile,
  type RecognisedFile,
  recogniseArchive,
  type Selection,
  streamArchives,
  streamFiles,
  viewApplicationId,
} from '../find/index.ts';
import { type Problem, problemOf } from '../work/index.ts';

export interface CensusOptions extends Selection {
  readonly lineage: Lineage;
  /**
   * Whether `archives` lists them; true unless given. Otherwise it is empty, and no more memory is taken whatever their
   * number.
   */
  readonly lists?: boolean;
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
  /** Archives in WAL mode with no WAL beside: closed well, or copied without it, and then they may lack rows. */
  readonly withoutWal: number;
  /** The unified views that lie among the archives, which are not counted. Of a bucket, none are told apart. */
  readonly views: readonly string[];
  /** In ascending order; versions at which nothing stands are left out. */
  readonly versions: readonly CountedVersion[];
  readonly states: Readonly<Partial<Record<ArchiveState, number>>>;
  readonly problems: readonly Problem[];
  /** Sorted by path; empty where it was not to be listed. */
  readonly archives: readonly CountedArchive[];
}

/**
 * Counts how many archives stand at which version. Changes nothing, and opens only files whose header does not tell
 * their version; of a bucket it asks for headers, many at once, and what comes back is a promise. Never throws for a
 * file: what cannot be counted is among the problems.
 *
 * @example
 * ```ts
 * import { census } from '@varve/aggregator';
 * import { createSession } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * createSession('live', { lineage, session: { agentName: 'support' } }).seal('archives');
 *
 * const { total, versions } = census('archives', { lineage });
 * console.log(total, versions.length); // 1 1
 * ```
 */
export function census(where: StoreUrl | readonly StoreUrl[], options: CensusOptions): Promise<Census>;
export function census(where: Archives, options: CensusOptions): Census;
export function census(where: Archives, options: CensusOptions): Census | Promise<Census> {
  return isInStore(where) ? countStores(where, options) : countFiles(where, options);
}

function countFiles(where: Archives, { lineage, lists = true, ...selection }: CensusOptions): Census {
  const notes = newNotes();
  const sum = new CensusSum(lineage, lists);
  for (const found of streamFiles(where, notes)) {
    if (!isSelected(found, selection)) continue;
    const file = recogniseArchive(found, (view) => sum.views.push(view.path));
    if (file instanceof VarveError) notes.problems.push(file);
    else if (file && isView(file)) sum.views.push(file.path);
    else if (file) sum.add(countArchive(file, file.path, lineage));
  }
  return sum.result(notes.problems);
}

async function countStores(
  where: Archives,
  { lineage, lists = true, ...selection }: CensusOptions,
): Promise<Census> {
  const notes = newNotes();
  const dir = makePrivateDir();
  const sum = new CensusSum(lineage, lists);
  try {
    const files = streamArchives(where, notes, selection);
    let at = 0;
    const count = (file: RecognisedFile) => countObject(file, join(dir, `${at++}.db`), lineage);
    for await (const one of inFlight(files, requestsInFlight, count)) sum.add(one);
    return sum.result(notes.problems);
  } finally {
    removePrivateDir(dir);
  }
}

/** Fetches it only where its header does not tell. */
async function countObject(file: RecognisedFile, localPath: string, lineage: Lineage): Promise<Counted> {
  if (!isRemote(file) || hintedIdentity(file, lineage)) return countArchive(file, file.path, lineage);
  try {
    return countArchive(await fetchFile(file, localPath), localPath, lineage);
  } catch (error) {
    return failed(file, sealingOf(file), error);
  } finally {
    rmSync(localPath, { force: true });
  }
}

interface Counted {
  readonly archive: CountedArchive;
  readonly problem: Problem | undefined;
  readonly lacksWal: boolean;
}

/** A unified view that varve made itself, as its header says. */
function isView({ header }: RecognisedFile): boolean {
  return header?.applicationId === viewApplicationId;
}

/** Keeps a number for each version and state, and the archives themselves where they are to be listed. */
class CensusSum {
  readonly views: string[] = [];
  readonly #lineage: Lineage;
  readonly #lists: boolean;
  readonly #archives: CountedArchive[] = [];
  readonly #problems: Problem[] = [];
  readonly #versions = new Map<number, { count: number; sizeBytes: number }>();
  readonly #states: Partial<Record<ArchiveState, number>> = {};
  readonly #totals = { total: 0, sizeBytes: 0, live: 0, withoutWal: 0 };

  constructor(lineage: Lineage, lists: boolean) {
    this.#lineage = lineage;
    this.#lists = lists;
  }

  add({ archive, problem, lacksWal }: Counted): void {
    const { state, version, sizeBytes, sealing } = archive;
    if (this.#lists) this.#archives.push(archive);
    if (problem) this.#problems.push(problem);
    this.#states[state] = (this.#states[state] ?? 0) + 1;
    this.#totals.total += 1;
    this.#totals.sizeBytes += sizeBytes;
    this.#totals.live += Number(sealing === 'live');
    this.#totals.withoutWal += Number(lacksWal);
    if (version === undefined) return;
    const before = this.#versions.get(version) ?? { count: 0, sizeBytes: 0 };
    this.#versions.set(version, { count: before.count + 1, sizeBytes: before.sizeBytes + sizeBytes });
  }

  result(unsearched: readonly VarveError[]): Census {
    const versions = [...this.#versions].sort(([a], [b]) => a - b);
    return {
      ...this.#totals,
      versions: versions.map(([version, sums]) => ({
        version,
        migration: this.#lineage.migrations[version - 1]?.name,
        ...sums,
      })),
      states: this.#states,
      problems: [...unsearched.map((error) => problemOf(error, error.path ?? '')), ...this.#problems],
      archives: this.#archives,
      views: this.views,
    };
  }
}

function countArchive(file: Countable, localPath: string, lineage: Lineage): Counted {
  const { path, sizeBytes } = file;
  let sealing: CountedArchive['sealing'] = 'unsealed';
  try {
    sealing = sealingOf(file);
    const identity = hintedIdentity(file, lineage) ?? identifyArchive(localPath, { lineage });
    const error = identityError(identity, lineage, path);
    return {
      archive: {
        path,
        sizeBytes,
        state: identity.state,
        version: error ? undefined : identity.version,
        sealing,
      },
      problem: error && problemOf(error, path),
      lacksWal: lacksWal(file),
    };
  } catch (error) {
    return failed(file, sealing, error);
  }
}

function failed(file: Countable, sealing: CountedArchive['sealing'], error: unknown): Counted {
  const { path, sizeBytes } = file;
  return {
    archive: { path, sizeBytes, state: 'damaged', version: undefined, sealing },
    problem: problemOfFile(error, file),
    lacksWal: lacksWal(file),
  };
}

type Countable = FoundFile & Partial<Pick<RecognisedFile, 'header'>>;

function lacksWal({ sidecars, header }: Countable): boolean {
  return header?.isWal === true && sidecars.length === 0;
}

function sealingOf({ path, sidecars, header }: Countable): CountedArchive['sealing'] {
  if (sidecars.includes('-lock') && lockHolder(path)) return 'live';
  return sidecars.length > 0 || header?.isWal ? 'unsealed' : 'sealed';
}

/** A file with a WAL beside has no header here: it may stand at a version that the file itself does not show. */
function hintedIdentity({ header }: Pick<Countable, 'header'>, lineage: Lineage): FileIdentity | undefined {
  const version = header && versionFromHint(header, lineage);
  if (version === undefined) return undefined;
  return { state: version === lineage.migrations.length ? 'current' : 'behind', version };
}
