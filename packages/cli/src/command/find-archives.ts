import { existsSync } from 'node:fs';
import { isStoreUrl } from '@varve/core/internal';
import { VarveError } from '@varve/schema';
import { findConfig, loadConfig } from '../config/index.ts';

/**
 * The archives that were named, else those of the configuration in `dir`.
 *
 * @throws USAGE where neither names any, CONFIG_INVALID
 */
export async function findArchives(
  dir: string,
  named: readonly string[],
  mayRunConfig = true,
): Promise<readonly string[]> {
  if (named.length > 0) return named;
  const archives = mayRunConfig && findConfig(dir) && (await loadConfig(dir)).config.archives;
  if (archives) return [archives].flat();
  throw new VarveError('USAGE', 'no archives are named', {
    hint: 'name files, folders or globs, or put archives into varve.config.ts',
  });
}

/** What a configuration may tell of where files are. */
export type Place = 'archives' | 'live' | 'backups';

/** Of folders that the configuration names and that nothing was written to yet, nothing comes back. */
export async function findConfigured(dir: string, places: readonly Place[]): Promise<readonly string[]> {
  if (!findConfig(dir)) return [];
  const { config } = await loadConfig(dir);
  const named = places.flatMap((place) => config[place] ?? []);
  return named.filter((path) => isStoreUrl(path) || /[*?{[]/.test(path) || existsSync(path));
}
