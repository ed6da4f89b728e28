import type { ImportedSession } from './archive-finisher.ts';
import type { FamilyFile } from './family-file.ts';
import type { LogReading } from './format/index.ts';
import type { FamilyResult } from './import-family.ts';
import { type ImportProblem, problemOf } from './import-problem.ts';
import type { ImportReport } from './import-report.ts';

/** Counts what an import finds and does, for its report. */
export class ImportTally {
  /** Logs found, and those that are read with them. */
  logs = 0;
  otherFiles = 0;
  readonly #sessions: ImportedSession[] = [];
  readonly #problems: ImportProblem[] = [];
  readonly #skipped: Record<string, number> = {};
  readonly #passed: Record<string, number> = {};
  /** Sessions of logs that did not have to be opened. */
  readonly #settled = new Set<string>();
  readonly #onProgress: ((done: number, total: number) => void) | undefined;
  #unchanged = 0;
  #records = 0;
  #sizeBytes = 0;
  #done = 0;

  constructor(onProgress?: (done: number, total: number) => void) {
    this.#onProgress = onProgress;
  }

  /** Takes over what came of a family. */
  take({ sessions, problems, files }: FamilyResult): void {
    this.#problems.push(...problems);
    for (const session of sessions) {
      if (session.change === 'unchanged') this.#unchanged++;
      else this.#sessions.push(session);
    }
    for (const file of files) this.count(file);
  }

  /** Takes over what came of reading a log. */
  count({ records, sizeBytes, knownBytes, skipped }: LogReading): void {
    this.#records += records;
    this.#sizeBytes += sizeBytes - knownBytes;
    for (const [reason, count] of Object.entries(skipped)) add(this.#skipped, reason, count);
  }

  /** A log that did not have to be opened. */
  settle(sessions: readonly string[]): void {
    for (const id of sessions) this.#settled.add(id);
  }

  passOver(reason: string): void {
    add(this.#passed, reason, 1);
  }

  fail(cause: unknown, path: string): void {
    this.#problems.push(problemOf(cause, path));
  }

  failAll(problems: readonly ImportProblem[]): void {
    this.#problems.push(...problems);
  }

  progress(logs: number): void {
    this.#done += logs;
    this.#onProgress?.(this.#done, this.logs);
  }

  report(): ImportReport {
    const told = new Set(this.#sessions.map(({ id }) => id));
    const count = (change: ImportedSession['change']) =>
      this.#sessions.filter((session) => session.change === change).length;
    return {
      sessions: this.#sessions,
      added: count('added'),
      changed: count('changed'),
      unchanged: this.#unchanged + [...this.#settled].filter((id) => !told.has(id)).length,
      logs: this.logs - this.otherFiles,
      otherFiles: this.otherFiles,
      passedOver: this.#passed,
      records: this.#records,
      rows: this.#sessions.reduce((sum, { rows }) => sum + rows, 0),
      skipped: this.#skipped,
      sizeBytes: this.#sizeBytes,
      problems: this.#problems,
    };
  }
}

export type Families = readonly (readonly FamilyFile[])[];

function add(counts: Record<string, number>, reason: string, count: number): void {
  counts[reason] = (counts[reason] ?? 0) + count;
}
