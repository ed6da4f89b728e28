import { durableFs } from '../file/index.ts';
import type { BuildUpgradedOptions } from './built-upgrade.ts';

/** Below it a second word of the disk takes longer than it spares. */
const fewestBytes = 32 * 1024 * 1024;

/**
 * Does work on a copy, and has the disk begin to take a large one meanwhile: what the work changes is forced to it at the
 * end.
 */
export async function syncEarly<T>(
  copy: string,
  { state, isRehearsal = false }: Pick<BuildUpgradedOptions, 'state' | 'isRehearsal'>,
  work: () => T,
): Promise<T> {
  if (isRehearsal || state.header.sizeBytes < fewestBytes) return work();
  // A fault of the disk is told once: it must not be missed.
  const [synced, done] = await Promise.allSettled([sync(copy), (async () => work())()]);
  if (done.status === 'rejected') throw done.reason;
  if (synced.status === 'rejected') throw synced.reason;
  return done.value;
}

async function sync(copy: string): Promise<void> {
  await durableFs.syncAside(copy);
}
