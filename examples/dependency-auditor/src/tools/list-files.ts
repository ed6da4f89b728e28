import { readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

export interface ListedFile {
  /** Relative to the package. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** Every file of a package, sorted by path; links and the packages installed inside it are left out. */
export function listFiles(folder: string): ListedFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !relative(folder, path).split(sep).includes('node_modules'))
    .sort()
    .map((path) => ({ path: relative(folder, path), sizeBytes: statSync(path).size }));
}
