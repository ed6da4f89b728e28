import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { NewerFiles, StoreUrl } from '@varve/core';
import { makePrivateDir, removePrivateDir, requestsInFlight } from '@varve/core/internal';
import type { Lineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import {
  type Archives,
  fetchFile,
  inFlight,
  isInStore,
  isRemote,
  isSelected,
  newNotes,
  type RecognisedFile,
  recogniseArchive,
  type Selection,
  streamArchives,
  streamFiles,
  viewApplicationId,
} from '../find/index.ts';
import type { WorkOptions } from '../work/index.ts';
import { type Census, type CensusFile, CensusSum } from './census-sum.ts';
import {
  type Counted,
  type CountOptions,
  countArchive,
  failed,
  hintedIdentity,
  sealingOf,
} from './count-archive.ts';

export interface CensusOptions extends Selection, WorkOptions<CensusFile> {
  readonly lineage: Lineage;
  /** Whether an archive that newer code wrote is a problem, or counted at its version where what head knows is still there. It is a problem unless given. */
  readonly newer?: NewerFiles;
  /**
   * Whether `archives` lists them; true unless given. Otherwise it is empty, and no more memory is taken whatever their
   * number.
   */
  readonly lists?: boolean;
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

function countFiles(where: Archives, options: CensusOptions): Census {
  const { lineage, newer = 'refuse' } = options;
  const notes = newNotes();
  const sum = new CensusSum(options);
  for (const found of streamFiles(where, notes)) {
    if (sum.isStopped) break;
    if (!isSelected(found, options)) continue;
    const file = recogniseArchive(found, (view) => sum.views.push(view.path));
    if (file instanceof VarveError) notes.problems.push(file);
    else if (file && isView(file)) sum.views.push(file.path);
    else if (file) sum.add(countArchive(file, file.path, { lineage, newer }));
  }
  return sum.result(notes.problems);
}

async function countStores(where: Archives, options: CensusOptions): Promise<Census> {
  const { lineage, newer = 'refuse', shard, sample } = options;
  const notes = newNotes();
  const dir = makePrivateDir();
  const sum = new CensusSum(options);
  try {
    const files = streamArchives(where, notes, { shard, sample });
    let at = 0;
    const count = (file: RecognisedFile) => countObject(file, join(dir, `${at++}.db`), { lineage, newer });
    for await (const one of inFlight(files, requestsInFlight, count)) {
      if (sum.isStopped) break;
      sum.add(one);
    }
    return sum.result(notes.problems);
  } finally {
    removePrivateDir(dir);
  }
}

/** Fetches it only where its header does not tell. */
async function countObject(file: RecognisedFile, localPath: string, options: CountOptions): Promise<Counted> {
  if (!isRemote(file) || hintedIdentity(file, options.lineage)) return countArchive(file, file.path, options);
  try {
    return countArchive(await fetchFile(file, localPath), localPath, options);
  } catch (error) {
    return failed(file, sealingOf(file), error);
  } finally {
    rmSync(localPath, { force: true });
  }
}

/** A unified view that varve made itself, as its header says. */
function isView({ header }: RecognisedFile): boolean {
  return header?.applicationId === viewApplicationId;
}
