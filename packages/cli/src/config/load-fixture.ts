import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Fixture } from '@varve/core';
import { VarveError } from '@varve/schema';
import { z } from 'zod';

const fixtureSchema = z.custom<Fixture>(
  (value) =>
    z
      .object({
        lineage: z.object({ name: z.string(), tables: z.looseObject({}), migrations: z.array(z.unknown()) }),
        session: z.looseObject({}),
        record: z.custom((record) => typeof record === 'function'),
      })
      .safeParse(value).success,
);

/** What a fixture file exports as its default. @throws CONFIG_NOT_FOUND, CONFIG_INVALID */
export async function loadFixture(path: string): Promise<Fixture> {
  if (!existsSync(path)) {
    throw new VarveError('CONFIG_NOT_FOUND', 'there is no fixture to take rows from', {
      path,
      hint: 'write one there: export default defineFixture({ lineage, session, record }), from @varve/core',
    });
  }
  const parsed = fixtureSchema.safeParse(await importDefault(path));
  if (parsed.success) return parsed.data;
  throw invalidFixture(path, 'its default export is not { lineage, session, record }');
}

async function importDefault(path: string): Promise<unknown> {
  try {
    const module: { default?: unknown } = await import(pathToFileURL(path).href);
    return module.default;
  } catch (cause) {
    if (cause instanceof VarveError) throw cause;
    throw invalidFixture(
      path,
      `it cannot be loaded: ${cause instanceof Error ? cause.message : cause}`,
      cause,
    );
  }
}

function invalidFixture(path: string, reason: string, cause?: unknown): VarveError {
  return new VarveError('CONFIG_INVALID', `the fixture cannot be used: ${reason}`, {
    path,
    hint: 'export default defineFixture({ lineage, session, record }), from @varve/core',
    cause,
  });
}
