import { existsSync, lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { basename, resolve, sep } from 'node:path';
import { isWorkFile, upgradedFile } from '@varve/core';
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
  /** Files in the folders searched that are gone, though half an upgrade of them is there. */
  readonly vanished: readonly string[];
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
  const files = walk.files.sort((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
  // What was met on the way and named as well counts as named last.
  return {
    files: files.filter(({ path }, at) => path !== files[at + 1]?.path),
    problems: walk.problems,
    vanished: [...walk.vanished],
  };
}

class Walk {
  readonly files: FoundFile[] = [];
  readonly problems: VarveError[] = [];
  readonly vanished = new Set<string>();

  enter(name: string): void {
    const path = resolve(name);
    this.#attempt(path, () => {
      const isGlob = lstatSync(path, { throwIfNoEntry: false }) === undefined && isDynamicPattern(name);
      if (isGlob) this.#enterGlob(name);
      else this.#enterNamed(path);
    });
  }

  #enterNamed(path: string): void {
    const stats = statSync(path);
    if (stats.isDirectory()) this.#enterFolder(path, path);
    else if (stats.isFile()) this.#add(path, undefined, stats, findBeside(path));
    else this.problems.push(notARegularFile(path));
  }

  #enterFolder(folder: string, root: string): void {
    const names = readdirSync(folder);
    const beside = new Besides(names);
    const start = folder.endsWith(sep) ? folder : folder + sep;
    for (const name of names) this.#enterMet(start + name, root, beside.of(name));
  }

  /** Without `sidecars` it lies beside another file itself. */
  #enterMet(path: string, root: string, sidecars: readonly string[] | undefined): void {
    this.#attempt(path, () => {
      const stats = lstatSync(path, { throwIfNoEntry: false });
      if (stats?.isDirectory()) this.#enterFolder(path, root);
      else if (!stats?.isFile()) return;
      else if (sidecars) this.#add(path, root, stats, sidecars);
      else this.#lookForVanished(path);
    });
  }

  #lookForVanished(path: string): void {
    const upgraded = upgradedFile(path);
    if (upgraded !== undefined && !existsSync(upgraded)) this.vanished.add(upgraded);
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
    const beside = new Besides(paths);
    const root = fixedPart(pattern);
    for (const path of paths) this.#enterMet(path, root, beside.of(path) && findBeside(path));
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

  /** A file without a root was asked for by its own name. */
  #add(path: string, root: string | undefined, stats: Stats, sidecars: readonly string[]): void {
    const { size: sizeBytes, mtimeMs } = stats;
    const relativePath = root === undefined ? basename(path) : below(root, path);
    this.files.push({ path, relativePath, sizeBytes, mtimeMs, sidecars, isNamed: root === undefined });
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

/** A path below a folder, from there, with `/`. */
function below(folder: string, path: string): string {
  const relative = path.slice(folder.endsWith(sep) ? folder.length : folder.length + 1);
  return sep === '/' ? relative : relative.replaceAll(sep, '/');
}

function findBeside(path: string): readonly string[] {
  return sidecarSuffixes.filter((suffix) => existsSync(path + suffix));
}

/** Which of some files lie beside others, found in one pass: most folders have none. */
class Besides {
  readonly #names: ReadonlySet<string>;
  readonly #suffixes = new Map<string, string[]>();

  constructor(names: readonly string[]) {
    for (const suffix of sidecarSuffixes) {
      for (const name of names) if (name.endsWith(suffix)) this.#add(name.slice(0, -suffix.length), suffix);
    }
    this.#names = new Set(this.#suffixes.size > 0 ? names : []);
  }

  #add(name: string, suffix: string): void {
    this.#suffixes.set(name, [...(this.#suffixes.get(name) ?? []), suffix]);
  }

  /** Which of `sidecarSuffixes` lie beside a file; undefined for one that lies beside another itself. */
  of(name: string): readonly string[] | undefined {
    return this.#has(name) ? undefined : (this.#suffixes.get(name) ?? none);
  }

  /** Also a lock or a half-made file that a crash has left: these are databases to look at, but nobody's archive. */
  #has(name: string): boolean {
    const isSidecar = (suffix: string) =>
      name.endsWith(suffix) && this.#names.has(name.slice(0, -suffix.length));
    return isWorkFile(name) || (this.#names.size > 0 && sidecarSuffixes.some(isSidecar));
  }
}

const none: readonly string[] = [];

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
