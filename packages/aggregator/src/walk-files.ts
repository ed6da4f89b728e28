import { existsSync, lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { isWorkFile } from '@varve/core';
import { VarveError } from '@varve/schema';
import { globSync, isDynamicPattern } from 'tinyglobby';

/** The files SQLite, and varve's lock, lay beside a database. */
export const sidecarSuffixes = ['-wal', '-shm', '-journal', '-lock'] as const;

export interface FoundFile {
  /** Absolute. */
  readonly path: string;
  /** Below the folder, or the fixed part of the glob, that it was found by; its name when it was named. With `/`. */
  readonly relativePath: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  /** Which of `sidecarSuffixes` lie beside it. */
  readonly sidecars: readonly string[];
  /** True when it was asked for by its own name. */
  readonly isNamed: boolean;
}

export interface FoundFiles {
  /** Sorted by path, each once. */
  readonly files: readonly FoundFile[];
  readonly problems: readonly VarveError[];
}

/**
 * Every regular file that paths, folders and globs name, whatever it holds; what SQLite and varve put beside another
 * file while they work on it is left out.
 * Symbolic links are followed when named outright, never when met on the way: a walk can neither loop nor leave its
 * folder. What exists under a name is taken as that, also when the name looks like a glob.
 */
export function walkFiles(where: string | readonly string[]): FoundFiles {
  const walk = new Walk();
  for (const name of typeof where === 'string' ? [where] : where) walk.enter(name);
  const files = [...walk.files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, problems: walk.problems };
}

class Walk {
  readonly files = new Map<string, FoundFile>();
  readonly problems: VarveError[] = [];

  enter(name: string): void {
    const path = resolve(name);
    const isGlob = lstatSync(path, { throwIfNoEntry: false }) === undefined && isDynamicPattern(name);
    if (isGlob) this.#enterGlob(name);
    else this.#attempt(path, () => this.#enterNamed(path));
  }

  #enterNamed(path: string): void {
    const stats = statSync(path);
    if (stats.isDirectory()) this.#enterFolder(path, path);
    else if (stats.isFile()) this.#add(path, undefined, stats, (suffix) => existsSync(path + suffix));
    else this.problems.push(notARegularFile(path));
  }

  #enterFolder(folder: string, root: string): void {
    const entries = readdirSync(folder, { withFileTypes: true });
    const names = new Set(entries.map((entry) => entry.name));
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) this.#attempt(path, () => this.#enterFolder(path, root));
      else if (entry.isFile() && !isBesideWork(entry.name, names)) {
        this.#addMet(path, root, (suffix) => names.has(entry.name + suffix));
      }
    }
  }

  #enterGlob(pattern: string): void {
    const paths = globSync([pattern, `${pattern}/**`], {
      absolute: true,
      expandDirectories: false,
      dot: true,
      followSymbolicLinks: false,
      fs: { readdirSync: this.#readFolder as typeof readdirSync },
    });
    if (paths.length === 0) this.problems.push(notFound(pattern));
    const names = new Set(paths);
    const root = fixedPart(pattern);
    for (const path of paths) {
      if (!isBesideWork(path, names)) this.#addMet(path, root, (suffix) => existsSync(path + suffix));
    }
  }

  /** Globbing passes over folders it cannot read; this takes note of them. */
  readonly #readFolder = (folder: string, options: { withFileTypes: true }) => {
    try {
      return readdirSync(folder, options);
    } catch (error) {
      this.problems.push(unreadable(resolve(folder), error));
      throw error;
    }
  };

  #addMet(path: string, root: string, has: (suffix: string) => boolean): void {
    this.#attempt(path, () => {
      const stats = lstatSync(path, { throwIfNoEntry: false });
      if (stats?.isFile()) this.#add(path, root, stats, has);
    });
  }

  /** A file without a root was asked for by its own name. */
  #add(path: string, root: string | undefined, stats: Stats, has: (suffix: string) => boolean): void {
    const { size: sizeBytes, mtimeMs } = stats;
    const relativePath = root === undefined ? basename(path) : relative(root, path).replaceAll(sep, '/');
    const sidecars = sidecarSuffixes.filter(has);
    this.files.set(path, { path, relativePath, sizeBytes, mtimeMs, sidecars, isNamed: root === undefined });
  }

  #attempt(path: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.problems.push(unreadable(path, error));
    }
  }
}

/** The folder that a glob starts from. */
function fixedPart(pattern: string): string {
  const segments = pattern.split('/');
  return resolve(
    segments
      .slice(
        0,
        segments.findIndex((it) => isDynamicPattern(it)),
      )
      .join('/') || sep,
  );
}

/** Also a lock or a half-made file that a crash has left: these are databases to look at, but nobody's archive. */
function isBesideWork(name: string, names: ReadonlySet<string>): boolean {
  const isSidecar = (suffix: string) => name.endsWith(suffix) && names.has(name.slice(0, -suffix.length));
  return isWorkFile(name) || sidecarSuffixes.some(isSidecar);
}

function notFound(path: string): VarveError {
  return new VarveError('FILE_NOT_FOUND', 'nothing is there', {
    path,
    hint: 'check the path; a glob must be quoted to reach varve',
  });
}

function unreadable(path: string, cause: unknown): VarveError {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return notFound(path);
  return new VarveError('FILE_UNREADABLE', `it cannot be read: ${message}`, {
    path,
    hint: 'check its permissions and those of its folders',
    cause,
  });
}

function notARegularFile(path: string): VarveError {
  return new VarveError('FILE_NOT_A_DATABASE', 'it is neither a file nor a folder', {
    path,
    hint: 'name a database file, a folder or a glob',
  });
}
