import { isWorkFile } from '@varve/core/internal';
import type { FolderNames } from './folder-names.ts';
import { sidecarSuffixes } from './sidecar-names.ts';

const none: readonly string[] = [];

/** Which of a folder's files lie beside others: most folders have none. */
export class Besides {
  readonly #names: Pick<FolderNames, 'has'>;
  readonly #suffixes: ReadonlyMap<string, readonly string[]>;

  /** @param ending The names that end as one of the suffixes does. */
  constructor(names: Pick<FolderNames, 'has'>, ending: Iterable<string>) {
    this.#names = names;
    const suffixes = new Map<string, string[]>();
    const sorted = [...ending];
    for (const suffix of sidecarSuffixes) {
      for (const name of sorted) {
        if (!name.endsWith(suffix)) continue;
        const owner = name.slice(0, -suffix.length);
        suffixes.set(owner, [...(suffixes.get(owner) ?? []), suffix]);
      }
    }
    this.#suffixes = suffixes;
  }

  /** Which of `sidecarSuffixes` lie beside a file; undefined for one that lies beside another itself. */
  of(name: string): readonly string[] | undefined {
    return this.#liesBeside(name) ? undefined : (this.#suffixes.get(name) ?? none);
  }

  /** Also a lock or a half-made file that a crash has left: these are databases to look at, but nobody's archive. */
  #liesBeside(name: string): boolean {
    const isSidecar = (suffix: string) =>
      name.endsWith(suffix) && this.#names.has(name.slice(0, -suffix.length));
    return isWorkFile(name) || (this.#suffixes.size > 0 && sidecarSuffixes.some(isSidecar));
  }
}
