import { randomBytes } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { assertNoLink, fileError, isRunning, lstatOf } from '@varve/core/internal';
import { VarveError } from '@varve/schema';
import type { SeenKinds } from './column-kinds.ts';

export interface ExportedFile {
  /** A digest of the query and the archives that the rows came from; empty while it is being written. */
  readonly made: string;
  readonly seen: SeenKinds;
  /** A digest of the columns' names and kinds. */
  readonly columns: string;
}

/** What a folder of exports holds: path of a file below the folder → what it was made of. */
export type Manifest = Readonly<Record<string, ExportedFile>>;

const manifestName = '_varve_export.json';
/** Longer than the list of a million files. */
const mostManifestBytes = 1 << 29;

/** @throws FILE_UNREADABLE where what has its name is no manifest: without it nobody knows whose the files are */
export function readManifest(into: string): Manifest {
  const path = join(into, manifestName);
  const stat = lstatOf(path);
  if (!stat) return {};
  if (!stat.isFile() || stat.size > mostManifestBytes) throw damagedManifest(path);
  const entries = parseManifest(path, readFileSync(path, 'utf8'));
  // Files are removed by it: none may lie elsewhere.
  return Object.fromEntries(entries.filter(([file]) => !file.split(/[/\\]/).includes('..')));
}

function parseManifest(path: string, text: string): [string, ExportedFile][] {
  const manifest = parseObject(path, text);
  return Object.entries<unknown>(manifest).map(([file, entry]) => {
    if (!isExportedFile(entry)) throw damagedManifest(path);
    return [file, entry];
  });
}

/** @throws FILE_UNREADABLE where it is no object in JSON */
export function parseObject(path: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (cause) {
    throw damagedManifest(path, cause);
  }
  throw damagedManifest(path);
}

function isExportedFile(value: unknown): value is ExportedFile {
  if (typeof value !== 'object' || value === null) return false;
  const { made, columns, seen } = value as Partial<Record<keyof ExportedFile, unknown>>;
  return typeof made === 'string' && typeof columns === 'string' && Array.isArray(seen);
}

export function damagedManifest(path: string, cause?: unknown): VarveError {
  return new VarveError('FILE_UNREADABLE', 'the list of what was exported is damaged', {
    path,
    hint: 'export into an empty folder; or remove it, with the files that were exported here',
    cause,
  });
}

/** @throws ARCHIVE_EXISTS where a file has the name that no export has written */
export function assertOurs(into: string, paths: readonly string[], before: Manifest): void {
  const taken = paths.find((path) => !(path in before) && lstatOf(join(into, path)));
  if (taken !== undefined) throw foreignFile(join(into, taken));
}

export function foreignFile(path: string): VarveError {
  return new VarveError('ARCHIVE_EXISTS', 'a file has this name that no export of varve has written here', {
    path,
    hint: 'export into another folder, or move the file away; nothing was overwritten',
  });
}

/** Where nothing is to be listed there is none. */
export function writeManifest(into: string, manifest: Manifest): void {
  const text = JSON.stringify(manifest, undefined, 1);
  if (text === '{}') removeExported(into, manifestName);
  else writeWhole(into, manifestName, (path) => writeFileSync(path, text));
}

/**
 * A file is complete or not there. What a killed process left of it is removed.
 *
 * @throws FILE_READ_ONLY; FILE_UNREADABLE where a link lies on the way
 */
export function writeWhole(into: string, name: string, write: (fresh: string) => void): void {
  const path = join(into, name);
  const token = `${process.pid}.${randomBytes(8).toString('hex')}`;
  const fresh = join(dirname(path), `.${basename(path)}.${token}.creating`);
  try {
    assertNoLink(path, into);
    mkdirSync(dirname(path), { recursive: true });
    removeLeftovers(path);
    try {
      closeSync(openSync(fresh, 'wx'));
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
    const [, written, pid] = /^\.(.+)\.(\d+)\.[0-9a-f]{16}\.creating$/s.exec(name) ?? [];
    if (written === basename(path) && !isRunning(Number(pid))) rmSync(join(dirname(path), name));
  }
}

/** @throws FILE_UNREADABLE where a link lies on the way */
export function removeExported(into: string, name: string): void {
  assertNoLink(join(into, name), into);
  rmSync(join(into, name), { force: true });
}
