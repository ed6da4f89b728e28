import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { VarveError } from '@varve/schema';
import { z } from 'zod';

/** In the order in which drizzle-kit looks for them. */
const fileNames = ['drizzle.config.ts', 'drizzle.config.js', 'drizzle.config.mjs', 'drizzle.config.json'];

const configSchema = z.object({
  dialect: z.string(),
  schema: z.union([z.string(), z.array(z.string())]).optional(),
  out: z.string().default('drizzle'),
});

export type DrizzleConfig = z.infer<typeof configSchema>;

/** The project's own configuration of drizzle-kit; undefined when it has none. */
export function findDrizzleConfig(dir: string): string | undefined {
  return fileNames.find((name) => existsSync(join(dir, name)));
}

/** @throws CONFIG_INVALID for one that cannot be loaded, or is not about SQLite */
export async function loadDrizzleConfig(dir: string, name: string): Promise<DrizzleConfig> {
  const path = join(dir, name);
  const invalid = (reason: string, cause?: unknown) =>
    new VarveError('CONFIG_INVALID', `drizzle-kit's configuration cannot be adopted: ${reason}`, {
      path,
      hint: 'varve keeps sessions in SQLite: adopt a project whose dialect is sqlite or turso',
      cause,
    });
  const parsed = configSchema.safeParse(
    await importConfig(path).catch((cause: unknown) => {
      throw invalid(cause instanceof Error ? cause.message : String(cause), cause);
    }),
  );
  if (!parsed.success) throw invalid('it names no dialect', parsed.error);
  if (!['sqlite', 'turso'].includes(parsed.data.dialect))
    throw invalid(`its dialect is ${parsed.data.dialect}`);
  return parsed.data;
}

async function importConfig(path: string): Promise<unknown> {
  if (path.endsWith('.json')) return JSON.parse(readFileSync(path, 'utf8'));
  const module: { default?: unknown } = await import(pathToFileURL(path).href);
  return module.default;
}
