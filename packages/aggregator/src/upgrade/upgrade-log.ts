import type { UpgradeResult } from '@varve/core';
import type { FileCount } from '../find/index.ts';
import type { Problem } from '../work/index.ts';
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

export interface UpgradeReport {
  readonly upgraded: number;
  readonly current: number;
  /** Files that are as they were, and paths that could not be searched, sorted by path. */
  readonly failed: readonly Problem[];
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

/** Of two parts of a work, one after the other. */
export function sumReports(a: UpgradeReport, b: UpgradeReport): UpgradeReport {
  return {
    upgraded: a.upgraded + b.upgraded,
    current: a.current + b.current,
    failed: [...a.failed, ...b.failed],
    left: a.left + b.left,
    sizeBytes: a.sizeBytes + b.sizeBytes,
    durationMs: a.durationMs + b.durationMs,
  };
}

/** Counts how the files of a bulk upgrade fare, in whatever order they finish. Keeps nothing but the problems. */
export class UpgradeLog {
  readonly #head: number;
  readonly #listeners: UpgradeListeners;
  readonly #failure = new AbortController();
  readonly #failed: Problem[] = [];
  readonly #counts = { upgraded: 0, current: 0, failed: 0 };
  readonly #startedAt = performance.now();
  readonly #total: number;
  readonly #bytesTotal: number;
  #bytesDone = 0;
  #bytesUpgraded = 0;

  constructor(toDo: FileCount, head: number, listeners: UpgradeListeners) {
    this.#head = head;
    this.#listeners = listeners;
    this.#total = toDo.files;
    this.#bytesTotal = toDo.sizeBytes;
  }

  /** Aborted, with what it threw, when a listener fails. */
  get failure(): AbortSignal {
    return this.#failure.signal;
  }

  /** A path that could not be searched. */
  addUnsearched(problem: Problem): void {
    this.#failed.push(problem);
    this.#tell(() => this.#listeners.onFile?.(toFailed(problem, this.#head)));
  }

  add(task: UpgradeTask, outcome: UpgradeOutcome): void {
    const file = toFile(task, outcome, this.#head);
    this.#counts[file.state]++;
    this.#bytesDone += task.sizeBytes;
    if (file.state === 'upgraded') this.#bytesUpgraded += task.sizeBytes;
    if (file.problem) this.#failed.push(file.problem);
    this.#tell(() => {
      this.#listeners.onFile?.(file);
      this.#listeners.onProgress?.({
        done: this.#done,
        total: this.#total,
        bytesDone: this.#bytesDone,
        bytesTotal: this.#bytesTotal,
      });
    });
  }

  get #done(): number {
    return this.#counts.upgraded + this.#counts.current + this.#counts.failed;
  }

  #tell(tell: () => void): void {
    if (this.failure.aborted) return;
    try {
      tell();
    } catch (error) {
      this.#failure.abort(error);
    }
  }

  report(): UpgradeReport {
    const { upgraded, current } = this.#counts;
    return {
      upgraded,
      current,
      failed: this.#failed.toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path))),
      left: this.#total - this.#done,
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
