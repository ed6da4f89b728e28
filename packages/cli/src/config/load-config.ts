import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Lineage, SqlFunction } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import { z } from 'zod';
import type { VarveConfig } from './config.ts';

const fileNames = ['varve.config.ts', 'varve.config.js', 'varve.config.mjs'];

const isFunction = (value: unknown): boolean => typeof value === 'function';
const paths = z.union([z.string(), z.array(z.string())]).optional();
const places = { archives: paths, live: paths, backups: paths };

const configSchema = z.union([
  z.strictObject({
    lineage: z.custom<Lineage>(
      (value) =>
        z.object({ name: z.string(), migrations: z.array(z.object({ sql: z.string() })) }).safeParse(value)
          .success,
    ),
    ...places,
  }),
  z.strictObject({
    migrations: z.string(),
    name: z.string().optional(),
    functions: z.union([z.string(), z.record(z.string(), z.custom<SqlFunction>(isFunction))]).optional(),
    ledger: z.strictObject({ table: z.string(), name: z.string().optional() }).optional(),
    foreignKeys: z.enum(['on', 'off']).optional(),
    schema: paths,
    lineageModule: z.string().optional(),
    ...places,
  }),
]);

export interface LoadedConfig {
  readonly path: string;
  readonly config: VarveConfig;
}

/** The configuration file of a folder; undefined when there is none. */
export function findConfig(dir: string): string | undefined {
  return fileNames.map((name) => join(dir, name)).find((candidate) => existsSync(candidate));
}

/** @throws CONFIG_NOT_FOUND, CONFIG_INVALID */
export async function loadConfig(dir: string): Promise<LoadedConfig> {
  const path = findConfig(dir);
  if (!path) {
    throw new VarveError('CONFIG_NOT_FOUND', 'nothing tells which migrations the files have had', {
      path: dir,
      hint: 'name the folder with --migrations DIR, or let varve init write a varve.config.ts here',
    });
  }
  const parsed = configSchema.safeParse(await importDefault(path));
  if (!parsed.success)
    throw invalidConfig(path, 'its default export is neither { lineage } nor { migrations }');
  return { path, config: parsed.data as VarveConfig };
}

async function importDefault(path: string): Promise<unknown> {
  try {
    const module: { default?: unknown } = await import(pathToFileURL(path).href);
    return module.default;
  } catch (cause) {
    if (cause instanceof VarveError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw invalidConfig(path, `it cannot be loaded: ${reason}`, cause);
  }
}

function invalidConfig(path: string, reason: string, cause?: unknown): VarveError {
  const isUnknownType =
    cause instanceof Error && 'code' in cause && cause.code === 'ERR_UNKNOWN_FILE_EXTENSION';
  return new VarveError('CONFIG_INVALID', `the configuration cannot be used: ${reason}`, {
    path,
    hint: isUnknownType
      ? 'run Node.js 22.18 or newer, which loads TypeScript, or write varve.config.mjs'
      : 'export default defineConfig({ lineage }) or defineConfig({ migrations: "./drizzle" })',
    cause,
  });
}
