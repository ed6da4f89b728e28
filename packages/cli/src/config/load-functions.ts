import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SqlFunction } from '@varve/migrations';
import { VarveError } from '@varve/schema';

type SqlFunctions = Readonly<Record<string, SqlFunction>>;

/**
 * The SQL functions of a configuration in `home`: those it has, or what the module that it names exports, by name.
 *
 * @throws CONFIG_INVALID where there is no such module, or it exports something else as well
 */
export async function loadFunctions(
  home: string,
  functions: string | SqlFunctions | undefined,
): Promise<SqlFunctions | undefined> {
  if (typeof functions !== 'string') return functions;
  const path = resolve(home, functions);
  if (!existsSync(path)) throw invalidFunctions(path, 'it is not there');
  try {
    const exports: object = await import(pathToFileURL(path).href);
    const others = Object.entries(exports).filter(([, value]) => typeof value !== 'function');
    if (others.length > 0) throw invalidFunctions(path, `it exports ${others[0]?.[0]}, which is no function`);
    return { ...exports };
  } catch (cause) {
    if (cause instanceof VarveError) throw cause;
    throw invalidFunctions(
      path,
      `it cannot be loaded: ${cause instanceof Error ? cause.message : cause}`,
      cause,
    );
  }
}

function invalidFunctions(path: string, reason: string, cause?: unknown): VarveError {
  return new VarveError('CONFIG_INVALID', `the module of SQL functions cannot be used: ${reason}`, {
    path,
    hint: 'export each function by the name that SQL calls it by, and nothing else: export function slug(text) { … }',
    cause,
  });
}
