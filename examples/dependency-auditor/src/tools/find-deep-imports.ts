import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { extname, join } from 'node:path';
import { init, parse } from 'es-module-lexer';
import { listFiles } from './list-files.ts';
import { ToolFailure } from './tool-failure.ts';

const maxFileBytes = 512 * 1024;
const maxFiles = 150;

/**
 * Imports that reach past another package's front door, as `lodash/internal/x.js` does, in the first files of a package.
 * Fails on a file that cannot be read as a module.
 */
export async function findDeepImports(folder: string): Promise<{ fileCount: number; deepImports: string[] }> {
  await init;
  const sources = listFiles(folder)
    .filter(({ path, sizeBytes }) => ['.js', '.mjs'].includes(extname(path)) && sizeBytes <= maxFileBytes)
    .slice(0, maxFiles);
  const deepImports = sources.flatMap(({ path }) => importsOf(folder, path)).filter(isDeep);
  return { fileCount: sources.length, deepImports: [...new Set(deepImports)].sort() };
}

function importsOf(folder: string, path: string): string[] {
  try {
    const [imports] = parse(readFileSync(join(folder, path), 'utf8'));
    return imports.flatMap(({ n: specifier }) => specifier ?? []);
  } catch (cause) {
    throw new ToolFailure('SourceUnreadable', `${path} cannot be read as a module`, { cause });
  }
}

/** A single word after the package's name is a door of its own, as in `zod/v4`; a path or a file is not. */
function isDeep(specifier: string): boolean {
  if (/^[./#]|^[a-z]+:/.test(specifier) || isBuiltin(specifier)) return false;
  const inside = specifier.split('/').slice(specifier.startsWith('@') ? 2 : 1);
  return inside.length > 1 || (inside[0]?.includes('.') ?? false);
}
