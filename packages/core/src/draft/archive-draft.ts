import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Lineage } from '@varve/migrations';
import { VarveError } from '@varve/schema/errors';
import {
  assertSound,
  type Database,
  durableFs,
  linkInto,
  onFile,
  openDatabase,
  removeWork,
  statOf,
  workFile,
} from '../file/index.ts';
import { acquireWriterLock } from '../lock/index.ts';
import { headImage } from '../session/index.ts';
import { inspectOriginal, putInPlace, settleOriginal } from '../upgrade/index.ts';

interface ArchiveDraftOptions {
  /** It begins with the rows of the archive that has the name. */
  readonly isCopy?: boolean;
  /** Others are open, and there may be many: it holds little in memory. */
  readonly isBeside?: boolean;
}

const besideKibibytes = 256;

/**
 * An archive in the making, of rows that lie elsewhere too: nothing of it has to survive a crash, so nothing is written
 * twice or waited for until it is finished. The file has its name only when it is whole, checked and on the disk. What a
 * crash leaves is a work file, which the next draft of the same archive replaces. The caller sees to it that there is one
 * draft of an archive at a time.
 */
export class ArchiveDraft {
  /** What the archive will be called. */
  readonly path: string;
  readonly #work: string;
  readonly #lineage: Lineage;
  readonly #isCopy: boolean;
  readonly #isBeside: boolean;
  #sqlite: Database | undefined;
  #isBegun = false;
  #syncing: Promise<void> | undefined;

  constructor(
    path: string,
    lineage: Lineage,
    { isCopy = false, isBeside = false }: ArchiveDraftOptions = {},
  ) {
    this.path = path;
    this.#work = workFile(path, 'creating');
    this.#lineage = lineage;
    this.#isCopy = isCopy;
    this.#isBeside = isBeside;
  }

  get isOpen(): boolean {
    return this.#sqlite !== undefined;
  }

  /** At head and empty at first unless it is a copy, foreign keys unchecked, in a transaction. */
  get sqlite(): Database {
    this.#sqlite ??= onFile(this.path, () => this.#open(), 'write');
    return this.#sqlite;
  }

  /** Closes the file until it is needed again. */
  park(): void {
    if (!this.#sqlite) return;
    this.#sqlite.exec('COMMIT');
    this.#sqlite.close();
    this.#sqlite = undefined;
  }

  /**
   * Has the disk begin with what is written by now, so that `finish` waits for less of it. Whether that fails is for
   * `finish` to find out.
   */
  startSync(): void {
    if (!this.#sqlite || this.#syncing) return;
    this.#syncing = durableFs
      .syncAside(this.#work)
      .catch(() => {})
      .finally(() => {
        this.#syncing = undefined;
      });
  }

  /**
   * Gives the archive its name, read-only, in the place of the one that has it, if any. Up to the renaming that one is as
   * it was.
   *
   * @throws FILE_CORRUPT, FILE_READ_ONLY; SESSION_LOCKED or FILE_CHANGED when somebody works on the one to be replaced
   */
  async finish(): Promise<void> {
    const { sqlite } = this;
    sqlite.exec('COMMIT');
    assertSound(sqlite, this.path);
    sqlite.exec('PRAGMA journal_mode = DELETE');
    sqlite.close();
    this.#sqlite = undefined;
    durableFs.chmod(this.#work, this.#modeBefore() ?? 0o444 & ~process.umask());
    await durableFs.syncAside(this.#work);
    if (statOf(this.path)) await this.#replace();
    else onFile(this.path, () => this.#giveName(), 'write');
  }

  /** Throws away what is not finished. */
  discard(): void {
    this.#sqlite?.close();
    this.#sqlite = undefined;
    if (this.#isBegun) removeWork(this.#work);
  }

  /** Never a reader more than the one that is replaced has. */
  #modeBefore(): number | undefined {
    const before = statSync(this.path, { throwIfNoEntry: false });
    return before && before.mode & 0o444;
  }

  #open(): Database {
    if (!this.#isBegun) {
      removeWork(this.#work);
      this.#isBegun = true;
      this.#stage();
    }
    const sqlite = openDatabase(this.#work, { isTrusted: true });
    if (this.#isBeside) sqlite.exec(`PRAGMA cache_size = -${besideKibibytes}`);
    sqlite.exec('PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; BEGIN');
    return sqlite;
  }

  #stage(): void {
    if (!this.#isCopy) {
      durableFs.stage(this.#work, headImage(this.#lineage));
      return;
    }
    durableFs.copy(this.path, this.#work);
    durableFs.chmod(this.#work, 0o600);
  }

  #giveName(): void {
    if (!linkInto(this.#work, this.path)) throw existsError(this.path);
    durableFs.remove(this.#work);
    durableFs.syncDir(dirname(this.path));
  }

  async #replace(): Promise<void> {
    const lock = acquireWriterLock(this.path, 0);
    try {
      const original = inspectOriginal(this.path);
      settleOriginal(this.path, original);
      await putInPlace(this.#work, this.path);
    } finally {
      lock.release();
    }
  }
}

function existsError(path: string): VarveError {
  return new VarveError('ARCHIVE_EXISTS', 'a file of this name has come meanwhile', {
    path,
    hint: 'find out what else writes into the folder, then try again; the file was not changed',
  });
}
