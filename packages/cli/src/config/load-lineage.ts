import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Lineage, readLineage } from '@varve/migrations';
import { loadConfig } from './load-config.ts';
import { loadFunctions } from './load-functions.ts';

/**
 * The lineage the command works by: the folder given, or `standard` for that of `@varve/schema`'s tables, else what the `varve.config.*` in `dir` exports.
 *
 * @throws CONFIG_NOT_FOUND, CONFIG_INVALID, and the codes of `readLineage`
 */
export async function loadLineage(dir: string, migrationsDir?: string): Promise<Lineage> {
  if (migrationsDir === 'standard' && !existsSync(resolve(dir, migrationsDir))) {
    // Its tables bring Drizzle along, which no other lineage that is read here needs.
    return (await import('@varve/migrations')).standardLineage;
  }
  if (migrationsDir !== undefined) return readLineage(resolve(dir, migrationsDir));
  const { path, config } = await loadConfig(dir);
  if ('lineage' in config) return config.lineage;
  const { migrations, name, ledger, foreignKeys } = config;
  const functions = await loadFunctions(dirname(path), config.functions);
  return readLineage(resolve(dirname(path), migrations), {
    ...(name && { name }),
    ...(functions && { functions }),
    ...(ledger && { ledger }),
    ...(foreignKeys && { foreignKeys }),
  });
}
