import { globSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Folders stand for the modules in them, as they do for drizzle-kit. */
export function findSchemaFiles(home: string, schema: readonly string[]): string[] {
  const patterns = schema.map((pattern) =>
    statSync(resolve(home, pattern), { throwIfNoEntry: false })?.isDirectory()
      ? join(pattern, '**/*.{ts,mts,js,mjs}')
      : pattern,
  );
  return globSync(patterns, { cwd: home })
    .map((path) => resolve(home, path))
    .sort();
}
