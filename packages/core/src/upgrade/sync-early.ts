import { durableFs } from '../file/index.ts';
import type { FileAtRest } from '../source/index.ts';
import type { BuildUpgradedOptions } from './built-upgrade.ts';

/** Below it a second word of the disk takes longer than it spares. */
const fewestBytes = 32 * 1024 * 1024;

/** Whether it is worth while to work while the disk has to do with a file. */
export function isLarge({ header }: Pick<FileAtRest, 'header'>): boolean {
  return header.sizeBytes >= fewestBytes;
}

/**
 * Does work on a copy, and has the disk begin to take a large one meanwhile: what the work changes is forced to it at the
 * end.
 */
export async function syncEarly<T>(
  copy: string,
  { state, isRehearsal = false }: Pick<BuildUpgradedOptions, 'state' | 'isRehearsal'>,
  work: () => T,
): Promise<T> {
  return isRehearsal || !isLarge(state) ? work() : meanwhile(durableFs.syncAside(copy), work);
}

/** Does work while something else is under way, and waits for both. */
export async function meanwhile<T>(aside: Promise<void>, work: () => T): Promise<T> {
  // A fault of the disk is told once: it must not be missed.
  const [ended, done] = await Promise.allSettled([aside, (async () => work())()]);
  if (done.status === 'rejected') throw done.reason;
  if (ended.status === 'rejected') throw ended.reason;
  return done.value;
}
