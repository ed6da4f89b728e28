import type { UpgradeResult } from '@varve/core';
import type { FileCount } from '../find/index.ts';
import { type Problem, Tally, type WorkOptions, type WorkReport } from '../work/index.ts';
import type { UpgradeOutcome, UpgradeTask } from './upgrade-file.ts';

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
  /** As it was found; 0 for a path that could not be searched. */
  readonly sizeBytes: number;
  readonly durationMs: number;
  /** Why it failed. */
  readonly problem?: Problem;
}

export interface UpgradeReport extends WorkReport {
  readonly upgraded: number;
  readonly current: number;
  /** How many files the work was stopped before. */
  readonly left: number;
  /** Of the archives that were upgraded, as they were found. */
  readonly sizeBytes: number;
  readonly durationMs: number;
}

export interface UpgradeListeners {
  /**
   * Called with each file when it is done, in that order, and with each path that could not be searched: what is not
   * kept here is not kept. When it throws, the files in hand are finished and that is thrown.
   */
  readonly onFile?: (file: UpgradedFile) => void;
  /** Called after each file. */
  readonly onProgress?: (progress: UpgradeProgress) => void;
}

/** Counts how the files of a bulk upgrade fare, in whatever order they finish. Keeps nothing but problems. */
export class UpgradeLog {
  readonly #head: number;
  readonly #onProgress: UpgradeListeners['onProgress'];
  readonly #failure = new AbortController();
  readonly #tally: Tally<UpgradedFile>;
  readonly #startedAt = performance.now();
  #toDo: FileCount = { files: 0, sizeBytes: 0 };
  #done: FileCount = { files: 0, sizeBytes: 0 };
  #bytesUpgraded = 0;

  constructor(head: number, options: UpgradeListeners & WorkOptions<UpgradedFile>) {
    this.#head = head;
    this.#onProgress = options.onProgress;
    this.#tally = new Tally(options);
  }

  /** Aborted when no other is to begin; with what it threw when a listener fails. */
  get signal(): AbortSignal {
    return AbortSignal.any([this.#failure.signal, this.#tally.signal]);
  }

  /** Throws what a listener has thrown. */
  throwIfFailed(): void {
    this.#failure.signal.throwIfAborted();
  }

  /** There are these files, beside those that were found before. */
  find({ files, sizeBytes }: FileCount): void {
    const { files: before, sizeBytes: bytesBefore } = this.#toDo;
    this.#toDo = { files: before + files, sizeBytes: bytesBefore + sizeBytes };
  }

  /** A path that could not be searched, and is none of the files. */
  addUnsearched(problem: Problem): void {
    this.#tell(() => this.#tally.add(toFailed(problem, this.#head)));
  }

  add(task: UpgradeTask, outcome: UpgradeOutcome): void {
    this.addFile(toFile(task, outcome, this.#head));
  }

  addProblem(task: UpgradeTask, problem: Problem): void {
    this.add(task, { problem, durationMs: 0 });
  }

  addFile(file: UpgradedFile): void {
    const { files, sizeBytes } = this.#done;
    this.#done = { files: files + 1, sizeBytes: sizeBytes + file.sizeBytes };
    if (file.state === 'upgraded') this.#bytesUpgraded += file.sizeBytes;
    this.#tell(() => {
      this.#tally.add(file);
      const { files: done, sizeBytes: bytesDone } = this.#done;
      const { files: total, sizeBytes: bytesTotal } = this.#toDo;
      this.#onProgress?.({ done, total, bytesDone, bytesTotal });
    });
  }

  #tell(tell: () => void): void {
    if (this.#failure.signal.aborted) return;
    try {
      tell();
    } catch (error) {
      this.#failure.abort(error);
    }
  }

  report(): UpgradeReport {
    const { failed, ...told } = this.#tally.report();
    return {
      upgraded: this.#tally.count('upgraded'),
      current: this.#tally.count('current'),
      failed: failed.toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path))),
      ...told,
      left: this.#toDo.files - this.#done.files,
      sizeBytes: this.#bytesUpgraded,
      durationMs: performance.now() - this.#startedAt,
    };
  }
}

function toFile({ path, sizeBytes }: UpgradeTask, outcome: UpgradeOutcome, head: number): UpgradedFile {
  const { durationMs } = outcome;
  if ('problem' in outcome) return { ...toFailed(outcome.problem, head), path, sizeBytes, durationMs };
  const { changed, from, to, how } = outcome.result;
  return { path, state: changed ? 'upgraded' : 'current', from, to, how, sizeBytes, durationMs };
}

function toFailed(problem: Problem, to: number): UpgradedFile {
  const { path } = problem;
  return { path, state: 'failed', from: undefined, to, how: 'none', sizeBytes: 0, durationMs: 0, problem };
}
