import { join } from 'node:path';
import type { FamilyFile } from './family-file.ts';
import type { ImportFamilyOptions } from './import-family.ts';
import type { ImportIndex } from './import-index.ts';
import type { ImportTally } from './import-tally.ts';
import { leaveOutPrefixes } from './leave-out-prefixes.ts';
import { readCopy } from './read-copy.ts';
import { removeSuperseded } from './remove-superseded.ts';

/** Logs of which others tell all. */
export class CopiedLogs {
  /** By path, the sessions of the logs that were read. */
  readonly #told = new Map<string, readonly string[]>();
  /** With the logs of their family that are to be read. */
  readonly #copies = new Map<FamilyFile, readonly FamilyFile[]>();
  readonly #index: ImportIndex;
  readonly #tally: ImportTally;
  readonly #settings: ImportFamilyOptions;

  constructor(index: ImportIndex, tally: ImportTally, settings: ImportFamilyOptions) {
    this.#index = index;
    this.#tally = tally;
    this.#settings = settings;
  }

  /** Those that are to be read. The others count as read; where records have keys, each record. */
  async leaveOut(family: readonly FamilyFile[]): Promise<readonly FamilyFile[]> {
    const isKnown = (file: FamilyFile) => this.#index.sessionsOf(file).length > 0;
    const [longest, shorter] = leaveOutPrefixes(family, isKnown);
    for (const file of shorter) {
      try {
        await this.#count(file);
        this.#copies.set(file, longest);
      } catch (error) {
        this.#settings.signal?.throwIfAborted();
        this.#tally.fail(error, file.path);
      }
      this.#tally.progress(1);
    }
    return longest;
  }

  async #count(file: FamilyFile): Promise<void> {
    const { options, signal } = this.#settings;
    const reading = file.format.isKeyed ? await readCopy(file, options, signal) : undefined;
    if (reading) this.#tally.count(reading);
    else this.#tally.passOver('a log that another one continues');
  }

  /** A log was read. */
  tell(path: string, sessions: readonly string[]): void {
    this.#told.set(path, sessions);
  }

  /**
   * What an earlier import made of them goes, once the logs that continue them tell it: under other names where they tell no id.
   * Returns the logs of which nothing is left.
   */
  *settle(): Generator<FamilyFile> {
    if (this.#settings.isDryRun) return;
    const told = new Set([...this.#told.values()].flat());
    for (const [file, longest] of this.#copies) {
      if (!longest.every(({ path }) => this.#told.has(path))) continue;
      for (const name of this.#index.sessionsOf(file)) {
        const path = join(this.#settings.into, `${name}.db`);
        if (!told.has(name)) removeSuperseded(path, (log) => log.path === file.path);
      }
      yield file;
    }
  }
}
