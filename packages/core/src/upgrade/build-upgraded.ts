import { join } from 'node:path';
import { fusionOf, patchOf, versionFromHint } from '@varve/migrations/internal';
import { makePrivateDir, removePrivateDir, removeWork } from '../file/index.ts';
import { type FileAtRest, type FileState, isLeftInWal } from '../source/index.ts';
import type { BuildUpgradedOptions, BuiltUpgrade } from './built-upgrade.ts';
import { fuseToFile, fuseToMemory } from './fuse-upgrade.ts';
import { patchImage } from './patch-image.ts';
import { patchCopy } from './patch-upgrade.ts';
import { rehearseReplay, replayToFile, replayToMemory } from './replay-upgrade.ts';

/** Up to this size a file is built in memory; several are in hand at once. */
const memoryLimitBytes = 8 * 1024 * 1024;

/**
 * Writes a copy of a file, with what was left beside it, brought to head and checked. Nobody waits for the copy to be
 * durable yet, and if it fails it is thrown away: a patch keeps no journal. What can be built in one pass is checked against
 * the lens's counts, or a replay's cells; what must be replayed, against the lens.
 */
export async function buildUpgraded(copy: string, options: BuildUpgradedOptions): Promise<BuiltUpgrade> {
  const built = await buildQuickly(copy, options);
  return built ?? (isForMemory(options.state) ? replayToMemory : replayToFile)(copy, options);
}

async function buildQuickly(copy: string, options: BuildUpgradedOptions): Promise<BuiltUpgrade | undefined> {
  const { state, lineage, prepare } = options;
  const hinted = versionFromHint(state.header, lineage);
  const preparing = hinted === undefined ? undefined : prepare?.(hinted);
  if (preparing) await preparing;
  for (const build of waysFor(options, hinted)) {
    const built = await build(copy, options);
    if (built) return built;
    // SQLite would take a journal that could not be taken back, as on a full disk, for that of the next copy.
    removeWork(copy);
  }
  return undefined;
}

/** Larger ones are changed where they lie sooner than in memory. */
const imageLimitBytes = 1024 * 1024;

type Way = (
  copy: string,
  options: BuildUpgradedOptions,
) => BuiltUpgrade | undefined | Promise<BuiltUpgrade | undefined>;

/** The cheapest first. What a patch reads the schema again for several times is built sooner than changed. */
function waysFor({ state, lineage }: BuildUpgradedOptions, from: number | undefined): Way[] {
  if (state.leftovers.length > 0) return [];
  const batches = (from === undefined ? undefined : patchOf(lineage, from)?.batches) ?? [];
  const edits = batches.filter(({ kind }) => kind === 'edit').length;
  const passes = batches.filter((it) => it.kind === 'run' && it.isOfRows).length;
  const fuse = isForMemory(state) ? fuseToMemory : fuseToFile;
  const patch = state.header.sizeBytes <= imageLimitBytes ? patchImage : patchCopy;
  if (!isFusible(state)) return [patch];
  const isReadOften = edits >= manyEdits && (state.header.sizeBytes <= smallBytes || passes > 1);
  // To find out from the file that it cannot be built in one pass takes a look at all of it.
  const isFusedSooner = isReadOften && from !== undefined && fusionOf(lineage, from) !== undefined;
  return isFusedSooner ? [fuse, patch] : [patch, fuse];
}

const manyEdits = 3;
/** In a larger file rows that stay where they lie count for more than what the schema costs. */
const smallBytes = 1024 * 1024;

/** Does all of an upgrade on a private copy and throws it away; a live file is copied beside its writer. */
export async function rehearseBuild(options: BuildUpgradedOptions): Promise<BuiltUpgrade> {
  const dir = makePrivateDir();
  try {
    return (
      (await buildQuickly(join(dir, 'copy.db'), { ...options, isRehearsal: true })) ?? rehearseReplay(options)
    );
  } finally {
    removePrivateDir(dir);
  }
}

function isForMemory({ leftovers, header }: FileAtRest): boolean {
  return leftovers.length === 0 && header.sizeBytes <= memoryLimitBytes;
}

/** The original is attached as it lies. */
function isFusible(state: FileState): boolean {
  return state.kind === 'sealed' || isLeftInWal(state);
}
