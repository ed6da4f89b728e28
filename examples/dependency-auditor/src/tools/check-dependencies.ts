import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readManifest } from './read-manifest.ts';

/** Which of the dependencies that are not optional Node would find from the package's folder. */
export function checkDependencies(folder: string): { installed: string[]; missing: string[] } {
  const { dependencies, peerDependencies, peerDependenciesMeta: meta } = readManifest(folder);
  const declared = Object.keys({ ...peerDependencies, ...dependencies })
    .filter((name) => !meta?.[name]?.optional)
    .sort();
  return {
    installed: declared.filter((name) => isInstalled(name, folder)),
    missing: declared.filter((name) => !isInstalled(name, folder)),
  };
}

function isInstalled(name: string, from: string): boolean {
  if (existsSync(join(from, 'node_modules', name))) return true;
  const parent = dirname(from);
  return parent !== from && isInstalled(name, parent);
}
