import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { acquireWriterLock, durableFs, onFile, sessionFileName, workFile } from '@varve/core/internal';

/** Where the file of a thread may lie. */
export interface ThreadPlaces {
  readonly live: string;
  readonly archive: string;
  /** Sealed once more, about to take the place of its archive. */
  readonly resealed: string;
}

/** The files of threads: live ones in one folder, sealed ones in another. A thread that lies in both is the live one. */
export class ThreadFolder {
  readonly dir: string;
  readonly archiveDir: string;
  readonly #resealedDir: string;

  constructor(dir: string, archiveDir: string) {
    this.dir = dir;
    this.archiveDir = archiveDir;
    this.#resealedDir = join(archiveDir, '.resealed');
  }

  /** A thread's id is free text, and its file is named after it. */
  static nameOf(threadId: string): string {
    return `${sessionFileName(threadId)}.db`;
  }

  placesOf(name: string): ThreadPlaces {
    return {
      live: join(this.dir, name),
      archive: join(this.archiveDir, name),
      resealed: join(this.#resealedDir, name),
    };
  }

  /** The names of all threads, sorted. */
  names(): string[] {
    const dirs = [this.dir, this.archiveDir, this.#resealedDir];
    return [...new Set(dirs.flatMap(threadFiles))].sort();
  }

  /** The names of the threads that are not sealed and were last written before this time. */
  namesIdleSince(timeMs: number): string[] {
    return threadFiles(this.dir).filter((name) => writtenAtMs(join(this.dir, name)) < timeMs);
  }

  /** The file that holds the thread now. */
  find(name: string): { readonly path: string; readonly isLive: boolean } | undefined {
    const { live, archive } = this.placesOf(name);
    if (isThere(live)) return { path: live, isLive: true };
    this.finishResealing(name);
    return isThere(archive) ? { path: archive, isLive: false } : undefined;
  }

  /** Where to seal into so that an archive that is there stays until the new one takes its place. */
  sealInto(name: string): string {
    return isThere(this.placesOf(name).archive) ? this.#resealedDir : this.archiveDir;
  }

  finishResealing(name: string): void {
    const { archive, resealed } = this.placesOf(name);
    if (!isThere(resealed)) return;
    onFile(archive, () => durableFs.rename(resealed, archive), 'write');
    onFile(archive, () => durableFs.syncDir(this.archiveDir), 'write');
  }

  /** Makes a live file of an archive, which stays where it is. */
  thaw(name: string): void {
    const { live, archive } = this.placesOf(name);
    onFile(this.dir, () => durableFs.makeDir(this.dir), 'write');
    const lock = acquireWriterLock(live, 0);
    const work = workFile(live, 'creating');
    try {
      if (isThere(live)) return;
      onFile(
        live,
        () => {
          durableFs.remove(work);
          durableFs.copy(archive, work);
          durableFs.chmod(work, statSync(work).mode | 0o600);
          durableFs.sync(work);
          durableFs.rename(work, live);
          durableFs.syncDir(this.dir);
        },
        'write',
      );
    } finally {
      durableFs.remove(work);
      lock.release();
    }
  }

  /** Removes the thread from the disk. What is not yet in the file goes first: it must not get into another's. */
  remove(name: string): void {
    const { live, archive, resealed } = this.placesOf(name);
    if (isThere(live)) {
      const lock = acquireWriterLock(live);
      try {
        for (const path of [`${live}-wal`, `${live}-shm`, live])
          onFile(live, () => durableFs.remove(path), 'write');
      } finally {
        lock.release();
      }
    }
    for (const path of [resealed, archive]) onFile(path, () => durableFs.remove(path), 'write');
  }
}

function threadFiles(dir: string): string[] {
  if (!isThere(dir)) return [];
  return onFile(dir, () => readdirSync(dir)).filter((name) => name.endsWith('.db') && !name.startsWith('.'));
}

function isThere(path: string): boolean {
  return onFile(path, () => statSync(path, { throwIfNoEntry: false })) !== undefined;
}

function writtenAtMs(path: string): number {
  const times = [path, `${path}-wal`].map((it) => statSync(it, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return Math.max(...times);
}
