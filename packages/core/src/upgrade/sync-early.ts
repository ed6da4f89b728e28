import { durableFs } from '../file/index.ts';
import type { BuildUpgradedOptions } from './built-upgrade.ts';
import { isLarge, meanwhile } from './meanwhile.ts';

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
