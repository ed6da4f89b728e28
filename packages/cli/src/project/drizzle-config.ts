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
  migrations: z.looseObject({ table: z.string().optional() }).optional(),
});

export type DrizzleConfig = z.infer<typeof configSchema>;

/** The project's own configuration of drizzle-kit; undefined when it has none. */
export function findDrizzleConfig(dir: string): string | undefined {
  return fileNames.find((name) => existsSync(join(dir, name)));
}

const sqliteOnly =
  'varve keeps sessions in SQLite, with a schema and migrations of their own: mkdir sessions && cd sessions && npx varve init';

/** @throws CONFIG_INVALID for one that cannot be loaded, or is not about SQLite */
export async function loadDrizzleConfig(dir: string, name: string): Promise<DrizzleConfig> {
  const path = join(dir, name);
  const invalid = (reason: string, hint: string, cause?: unknown) =>
    new VarveError('CONFIG_INVALID', `drizzle-kit's configuration cannot be adopted: ${reason}`, {
      path,
      hint,
      cause,
    });
  const parsed = configSchema.safeParse(
    await importConfig(path).catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw invalid(
        `it cannot be loaded: ${reason}`,
        'install what it imports, or mend it; or write varve.config.ts: export default { schema, migrations, lineageModule }',
        cause,
      );
    }),
  );
  if (!parsed.success) throw invalid('it names no dialect', sqliteOnly, parsed.error);
  if (!['sqlite', 'turso'].includes(parsed.data.dialect))
    throw invalid(`its dialect is ${parsed.data.dialect}`, sqliteOnly);
  return parsed.data;
}

async function importConfig(path: string): Promise<unknown> {
  if (path.endsWith('.json')) return JSON.parse(readFileSync(path, 'utf8'));
  const module: { default?: unknown } = await import(pathToFileURL(path).href);
  return module.default;
}
