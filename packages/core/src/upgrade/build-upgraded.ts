import type { FileAtRest, FileState } from '../source/file-state.ts';
import type { BuildUpgradedOptions, BuiltUpgrade } from './built-upgrade.ts';
import { fuseToFile, fuseToMemory } from './fuse-upgrade.ts';
import { rehearseReplay, replayToFile, replayToMemory } from './replay-upgrade.ts';

/** Up to this size a file is built in memory; several are in hand at once. */
const memoryLimitBytes = 8 * 1024 * 1024;

/**
 * Writes a copy of a file, with what was left beside it, brought to head and checked. Nobody waits for the copy to be
 * durable yet, and if it fails it is thrown away: it needs no journal. What can be built in one pass is checked against
 * the lens's counts, or a replay's cells; what must be replayed, against the lens.
 */
export async function buildUpgraded(copy: string, options: BuildUpgradedOptions): Promise<BuiltUpgrade> {
  const isSmall = isForMemory(options.state);
  const fused = isFusible(options.state) && (isSmall ? fuseToMemory : fuseToFile)(copy, options);
  return fused || (isSmall ? replayToMemory : replayToFile)(copy, options);
}

/** Does all of an upgrade on a private copy and throws it away; a live file is copied beside its writer. */
export function rehearseBuild(options: BuildUpgradedOptions): BuiltUpgrade {
  const canFuse = isFusible(options.state) && isForMemory(options.state);
  return (canFuse && fuseToMemory(undefined, options)) || rehearseReplay(options);
}

function isForMemory({ leftovers, header }: FileAtRest): boolean {
  return leftovers.length === 0 && header.sizeBytes <= memoryLimitBytes;
}

/** The original is attached as it lies. */
function isFusible({ kind }: FileState): boolean {
  return kind === 'sealed';
}
