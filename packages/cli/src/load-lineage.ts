import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Lineage, readLineage, type SqlFunction } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import { z } from 'zod';

const fileNames = ['varve.config.ts', 'varve.config.js', 'varve.config.mjs'];

const isFunction = (value: unknown): boolean => typeof value === 'function';

const configSchema = z.union([
  z.strictObject({
    lineage: z.custom<Lineage>(
      (value) =>
        z.object({ name: z.string(), migrations: z.array(z.object({ sql: z.string() })) }).safeParse(value)
          .success,
    ),
  }),
  z.strictObject({
    migrations: z.string(),
    name: z.string().optional(),
    functions: z.record(z.string(), z.custom<SqlFunction>(isFunction)).optional(),
  }),
]);

/**
 * The lineage the command works by: the folder given, else what the `varve.config.*` in `dir` exports.
 *
 * @throws CONFIG_NOT_FOUND, CONFIG_INVALID, and the codes of `readLineage`
 */
export async function loadLineage(dir: string, migrationsDir?: string): Promise<Lineage> {
  if (migrationsDir !== undefined) return readLineage(resolve(dir, migrationsDir));
  const path = fileNames.map((name) => join(dir, name)).find((candidate) => existsSync(candidate));
  if (!path) {
    throw new VarveError('CONFIG_NOT_FOUND', 'nothing tells which migrations the files have had', {
      path: dir,
      hint: 'name the folder with --migrations DIR, or write a varve.config.ts here',
    });
  }
  const parsed = configSchema.safeParse(await importDefault(path));
  if (!parsed.success)
    throw invalidConfig(path, 'its default export is neither { lineage } nor { migrations }');
  const config = parsed.data;
  if ('lineage' in config) return config.lineage;
  const { migrations, name, functions } = config;
  return readLineage(resolve(dirname(path), migrations), {
    ...(name && { name }),
    ...(functions && { functions }),
  });
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
