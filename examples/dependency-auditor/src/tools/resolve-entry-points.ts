import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, readManifest } from './read-manifest.ts';
import { ToolFailure } from './tool-failure.ts';

/** The files that the manifest offers to importers. Fails on the first that was never shipped. */
export function resolveEntryPoints(folder: string): string[] {
  const named = [...new Set(entryPoints(readManifest(folder)))];
  const targets = named.length > 0 ? named : ['index.js'];
  const missing = targets.find((target) => !isShipped(folder, target));
  if (missing) throw new ToolFailure('EntryPointMissing', `${missing} was never shipped`);
  return targets;
}

function entryPoints({ main, module, types, exports }: Manifest): string[] {
  const fields = [main, module, types].filter((field) => field !== undefined && field !== '');
  return [...(fields as string[]), ...targetsOf(exports)].filter((target) => !target.includes('*'));
}

/** `exports` nests conditions and subpaths at will; its leaves are the files. */
function targetsOf(exports: Manifest['exports']): string[] {
  if (typeof exports === 'string') return [exports];
  return exports && typeof exports === 'object' ? Object.values(exports).flatMap(targetsOf) : [];
}

function isShipped(folder: string, target: string): boolean {
  const path = join(folder, target);
  return [path, `${path}.js`, `${path}.json`, join(path, 'index.js')].some((it) => existsSync(it));
}
