import { existsSync, lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { basename, resolve, sep } from 'node:path';
import { type Leftover, leftoverUpgrade } from '@varve/core/internal';
import type { VarveError } from '@varve/schema';
import { globSync, isDynamicPattern } from 'tinyglobby';
import { Besides } from './besides.ts';
import { FolderNames } from './folder-names.ts';
import type { FoundFile } from './found-file.ts';
import { isManifest, listManifest } from './manifest-file.ts';
import { mergeSorted, type SortedSource } from './merge-sorted.ts';
import { isSidecarName, sidecarSuffixes } from './sidecar-names.ts';
import { nameNotText, notARegularFile, notFound, undecodable, unreadable } from './walk-errors.ts';

export { sidecarSuffixes } from './sidecar-names.ts';

/** What a walk comes upon beside files, complete when it has ended. */
export interface WalkNotes {
  readonly problems: VarveError[];
  /** Files in the folders searched that are gone, though half an upgrade of them is there. */
  readonly leftovers: Map<string, Leftover>;
}

export function newNotes(): WalkNotes {
  return { problems: [], leftovers: new Map() };
}

/**
 * Every regular file that paths, folders and globs name, whatever it holds, in the order of the paths; what SQLite and
 * varve put beside another file while they work on it is left out. Of a folder no more is in memory than the names of one
 * level, however many files there are.
 *
 * Symbolic links are followed when named outright, never when met on the way: a walk can neither loop nor leave its
 * folder. What exists under a name is taken as that, also when the name looks like a glob. What was met on the way and
 * named as well counts as named last.
 */
export function streamFiles(where: string | readonly string[], notes: WalkNotes): Generator<FoundFile> {
  const names = typeof where === 'string' ? [where] : where;
  return mergeSorted(names.flatMap((name) => enter(name, notes)));
}

function enter(name: string, notes: WalkNotes): SortedSource<FoundFile>[] {
  const path = resolve(name);
  try {
    const isGlob = lstatSync(path, { throwIfNoEntry: false }) === undefined && isDynamicPattern(name);
    return isGlob ? [enterGlob(name, notes)] : enterNamed(path, notes);
  } catch (error) {
    notes.problems.push(unreadable(path, error));
    return [];
  }
}

function enterNamed(path: string, notes: WalkNotes): SortedSource<FoundFile>[] {
  const stats = statSync(path);
  if (stats.isDirectory()) {
    const start = path.endsWith(sep) ? path : path + sep;
    return [{ from: start, files: { [Symbol.iterator]: () => streamFolder(start, start, notes) } }];
  }
  if (stats.isFile() && isManifest(path))
    return [{ from: '', files: { [Symbol.iterator]: () => listManifest(path) } }];
  if (stats.isFile()) return [{ from: path, files: [toFile(path, undefined, stats, findBeside(path))] }];
  notes.problems.push(notARegularFile(path));
  return [];
}

/** Of a folder, given with its separator, and the root that it is below. */
function* streamFolder(start: string, root: string, notes: WalkNotes): Generator<FoundFile> {
  using names = readNames(start, notes);
  if (!names) return;
  const beside = new Besides(names, names.sidecars);
  for (const name of names) {
    if (name.endsWith('/')) yield* streamFolder(start + name.slice(0, -1) + sep, root, notes);
    else yield* streamMet(start + name, root, beside.of(name), notes);
  }
}

function readNames(start: string, notes: WalkNotes): FolderNames | undefined {
  try {
    return FolderNames.read(start);
  } catch (error) {
    const isThere = !start.includes(undecodable) || existsSync(start);
    notes.problems.push(isThere ? unreadable(resolve(start), error) : nameNotText(resolve(start)));
    return undefined;
  }
}

/** Without `sidecars` it lies beside another file itself. */
function* streamMet(
  path: string,
  root: string,
  sidecars: readonly string[] | undefined,
  notes: WalkNotes,
): Generator<FoundFile> {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (!stats && path.includes(undecodable)) notes.problems.push(nameNotText(path));
    if (!stats?.isFile()) return;
    if (!sidecars) return noteLeftover(path, notes);
    yield toFile(path, root, stats, sidecars);
  } catch (error) {
    notes.problems.push(unreadable(path, error));
  }
}

function noteLeftover(path: string, notes: WalkNotes): void {
  const leftover = leftoverUpgrade(path);
  if (leftover) notes.leftovers.set(leftover.work, leftover);
}

function enterGlob(pattern: string, notes: WalkNotes): SortedSource<FoundFile> {
  const paths = globSync([pattern, `${pattern}/**`], {
    absolute: true,
    expandDirectories: false,
    dot: true,
    followSymbolicLinks: false,
    fs: { readdirSync: readFolderInto(notes) as typeof readdirSync },
  });
  if (paths.length === 0) notes.problems.push(notFound(pattern));
  const known = new Set(paths);
  const beside = new Besides(known, paths.filter(isSidecarName));
  const start = fixedPart(pattern);
  const root = start.endsWith(sep) ? start : start + sep;
  const met = function* () {
    for (const path of [...known].sort())
      yield* streamMet(path, root, beside.of(path) && findBeside(path), notes);
  };
  return { from: '', files: { [Symbol.iterator]: met } };
}

/** Globbing passes over folders it cannot read; this takes note of them. */
function readFolderInto(notes: WalkNotes) {
  return (folder: string, options: { withFileTypes: true }) => {
    try {
      return readdirSync(folder, options);
    } catch (error) {
      notes.problems.push(unreadable(resolve(folder), error));
      throw error;
    }
  };
}

/** The folder that a glob starts from. */
function fixedPart(pattern: string): string {
  const segments = pattern.split('/');
  const fixed = segments.slice(
    0,
    segments.findIndex((it) => isDynamicPattern(it)),
  );
  return resolve(fixed.join('/') || sep);
}

/** A file without a root was asked for by its own name. */
function toFile(
  path: string,
  root: string | undefined,
  stats: Stats,
  sidecars: readonly string[],
): FoundFile {
  const { size: sizeBytes, mtimeMs } = stats;
  const relativePath = root === undefined ? basename(path) : below(root, path);
  return { path, relativePath, sizeBytes, mtimeMs, sidecars, isNamed: root === undefined };
}

/** A path below a folder, given with its separator, from there, with `/`. */
function below(root: string, path: string): string {
  const relative = path.slice(root.length);
  return sep === '/' ? relative : relative.replaceAll(sep, '/');
}

function findBeside(path: string): readonly string[] {
  return sidecarSuffixes.filter((suffix) => existsSync(path + suffix));
}
