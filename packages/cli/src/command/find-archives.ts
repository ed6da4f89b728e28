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
