import { assertSound, durableFs } from '../file/index.ts';
import { type FileAtRest, openInPlace } from '../source/index.ts';
import type { BuildUpgradedOptions } from './built-upgrade.ts';
import { isLarge, meanwhile } from './meanwhile.ts';
import { unlessRefused } from './unless-refused.ts';

/**
 * Copies a file. All of a large one is checked meanwhile: true where it was found sound, so that what SQLite makes of the
 * copy is. False where it was not looked at.
 *
 * @throws FILE_CORRUPT
 */
export async function copyChecked(
  copy: string,
  { path, state }: Pick<BuildUpgradedOptions, 'path' | 'state'>,
): Promise<boolean> {
  const copied = durableFs.copyAside(path, copy);
  const check = () => unlessRefused(() => isSoundInPlace(path, state)) ?? false;
  return meanwhile(copied, isLarge(state) ? check : () => false);
}

function isSoundInPlace(path: string, state: FileAtRest): boolean {
  const source = openInPlace(path, state);
  if (!source) return false;
  try {
    assertSound(source.sqlite, path);
    return true;
  } finally {
    source.close();
  }
}
