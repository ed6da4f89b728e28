import type { UpgradeResult } from '@varve/core';
import type { FoundArchive } from './find-archives.ts';
import type { Problem } from './problem.ts';
import type { UpgradeOutcome } from './upgrade-file.ts';

export interface UpgradeProgress {
  /** Files done so far, and to do at all. */
  readonly done: number;
  readonly total: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export interface UpgradedFile {
  readonly path: string;
  readonly state: 'upgraded' | 'current' | 'failed';
  /** The version before; undefined when the file failed. */
  readonly from: number | undefined;
  readonly to: number;
  /** In one pass or by running the migrations; `none` when there was nothing to do or the file failed. */
  readonly how: UpgradeResult['how'];
  /** As it was found. */
  readonly sizeBytes: number;
  readonly durationMs: number;
}

export interface UpgradeReport {
  readonly upgraded: number;
  readonly current: number;
  /** Files that are as they were, and paths that could not be searched. */
  readonly failed: readonly Problem[];
  /** Every archive found, sorted by path. */
  readonly files: readonly UpgradedFile[];
  /** Of the archives that were upgraded, as they were found. */
  readonly sizeBytes: number;
  readonly durationMs: number;
}

/** Takes down how each file of a bulk upgrade fared, in whatever order they finish. */
export class UpgradeLog {
  readonly #archives: readonly FoundArchive[];
  readonly #head: number;
  readonly #onProgress: ((progress: UpgradeProgress) => void) | undefined;
  readonly #outcomes = new Map<string, UpgradeOutcome>();
  readonly #sizes: ReadonlyMap<string, number>;
  readonly #bytesTotal: number;
  readonly #startedAt = performance.now();
  #bytesDone = 0;

  constructor(
    archives: readonly FoundArchive[],
    head: number,
    onProgress: ((progress: UpgradeProgress) => void) | undefined,
  ) {
    this.#archives = archives;
    this.#head = head;
    this.#onProgress = onProgress;
    this.#sizes = new Map(archives.map(({ path, sizeBytes }) => [path, sizeBytes]));
    this.#bytesTotal = archives.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  add(path: string, outcome: UpgradeOutcome): void {
    this.#outcomes.set(path, outcome);
    this.#bytesDone += this.#sizes.get(path) ?? 0;
    this.#onProgress?.({
      done: this.#outcomes.size,
      total: this.#archives.length,
      bytesDone: this.#bytesDone,
      bytesTotal: this.#bytesTotal,
    });
  }

  /** Files without an outcome count as interrupted. */
  report(problems: readonly Problem[]): UpgradeReport {
    const outcomes = this.#archives.map((archive) => ({
      archive,
      outcome: this.#outcomes.get(archive.path) ?? interrupted(archive.path),
    }));
    const files = outcomes.map(({ archive, outcome }) => toFile(archive, outcome, this.#head));
    const upgraded = files.filter((file) => file.state === 'upgraded');
    return {
      upgraded: upgraded.length,
      current: files.filter((file) => file.state === 'current').length,
      failed: [
        ...problems,
        ...outcomes.flatMap(({ outcome }) => ('problem' in outcome ? [outcome.problem] : [])),
      ],
      files,
      sizeBytes: upgraded.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      durationMs: performance.now() - this.#startedAt,
    };
  }
}

function toFile({ path, sizeBytes }: FoundArchive, outcome: UpgradeOutcome, head: number): UpgradedFile {
  const { durationMs } = outcome;
  if ('problem' in outcome)
    return { path, state: 'failed', from: undefined, to: head, how: 'none', sizeBytes, durationMs };
  const { changed, from, to, how } = outcome.result;
  return { path, state: changed ? 'upgraded' : 'current', from, to, how, sizeBytes, durationMs };
}

function interrupted(path: string): UpgradeOutcome {
  const problem = {
    path,
    code: 'INTERRUPTED',
    message: 'the work was stopped before it reached this file',
    hint: 'run the upgrade again: it does what is left',
  } as const;
  return { problem, durationMs: 0 };
}
