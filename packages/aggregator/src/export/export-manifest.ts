import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileError, isRunning } from '@varve/core/internal';
import type { SeenKinds } from './column-kinds.ts';

export interface ExportedFile {
  /** A digest of the query and the archives that the rows came from. */
  readonly made: string;
  readonly seen: SeenKinds;
  /** A digest of the columns' names and kinds. */
  readonly columns: string;
}

/** What a folder of exports holds: path of a file below the folder → what it was made of. */
export type Manifest = Readonly<Record<string, ExportedFile>>;

const manifestName = '_varve_export.json';

export function readManifest(into: string): Manifest {
  const path = join(into, manifestName);
  const entries = existsSync(path) ? Object.entries<unknown>(JSON.parse(readFileSync(path, 'utf8'))) : [];
  // Files are removed by it: none may lie elsewhere.
  const ours = entries.filter((entry): entry is [string, ExportedFile] => {
    return isExportedFile(entry[1]) && !entry[0].split(/[/\\]/).includes('..');
  });
  return Object.fromEntries(ours);
}

function isExportedFile(value: unknown): value is ExportedFile {
  return (
    typeof value === 'object' && value !== null && 'made' in value && 'columns' in value && 'seen' in value
  );
}

export function writeManifest(into: string, manifest: Manifest): void {
  writeWhole(join(into, manifestName), (path) => writeFileSync(path, JSON.stringify(manifest, undefined, 1)));
}

/**
 * A file is complete or not there. What a killed process left of it is removed.
 *
 * @throws FILE_READ_ONLY
 */
export function writeWhole(path: string, write: (fresh: string) => void): void {
  const fresh = `${path}.${process.pid}.writing`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    removeLeftovers(path);
    try {
      write(fresh);
      renameSync(fresh, path);
    } finally {
      rmSync(fresh, { force: true });
    }
  } catch (error) {
    throw fileError(error, path, 'write');
  }
}

function removeLeftovers(path: string): void {
  for (const name of readdirSync(dirname(path))) {
    const [, written, pid] = /^(.+)\.(\d+)\.writing$/.exec(name) ?? [];
    if (written === basename(path) && !isRunning(Number(pid))) rmSync(join(dirname(path), name));
  }
}
