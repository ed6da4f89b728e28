import type { Archives, Problem, Selection, WorkOptions } from '@varve/aggregator';
import {
  fetchWindows,
  isInStore,
  newNotes,
  problemOf,
  recogniseArchives,
  streamArchives,
  Tally,
} from '@varve/aggregator/internal';
import type { StoreUrl } from '@varve/core';
import { errorOfObject } from '@varve/core/internal';
import { type Lineage, standardLineage } from '@varve/migrations';
import { atifWriter } from './atif-writer.ts';
import { chatMessagesWriter } from './chat-messages-writer.ts';
import type { TrajectoryFormat } from './contract.ts';
import { openWriter } from './open-writer.ts';
import { otlpWriter } from './otlp-writer.ts';
import { readSession } from './read-session.ts';

const formats = {
  atif: atifWriter,
  'openai-chat': chatMessagesWriter,
  otlp: otlpWriter,
} as const satisfies Record<string, TrajectoryFormat>;

export type TrajectoryFormatName = keyof typeof formats;
export const trajectoryFormats = Object.keys(formats) as TrajectoryFormatName[];

/** How one archive fared. */
export interface ExportedSession {
  readonly path: string;
  readonly state: 'exported' | 'failed';
  readonly problem?: Problem;
}

export interface ExportSessionsOptions extends Selection, WorkOptions<ExportedSession> {
  readonly format: TrajectoryFormatName;
  /** The folder to write to, made where it is missing. Files of the same names are replaced. */
  readonly into: string;
  /** Of the archives: the standard one unless given. */
  readonly lineage?: Lineage;
  /** Called after each archive. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

export interface SessionsExport {
  readonly sessions: number;
  /** What was written: a file a session, or one of all. */
  readonly files: readonly string[];
  /** The first 10,000 archives that were left out, each with its reason. */
  readonly problems: readonly Problem[];
  /** How many were left out. */
  readonly failures: number;
  /** Whether it ended before all archives were read. */
  readonly isStopped: boolean;
}

/**
 * Writes the sessions of archives, of any versions, for trainers, evaluations and viewers of traces: trajectories of Harbor's
 * format, a file a session; OpenAI's chat messages, a line a session; or OTLP/JSON spans, a line a session. An archive that
 * cannot be read is left out and named. Archives of a bucket are fetched meanwhile: then what comes back is a promise.
 *
 * @param where Files, folders, globs, `s3://bucket/prefix`, or a manifest.
 *
 * @throws FILE_READ_ONLY and other errors of the folder
 *
 * @example
 * ```ts
 * import { createSession } from '@varve/core';
 * import { exportSessions } from '@varve/import';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * const path = createSession('live', { lineage, session: { agentName: 'support' } }).seal('archives');
 * const { sessions } = exportSessions([path], { format: 'openai-chat', into: 'chats' });
 * console.log(sessions); // 1
 * ```
 */
export function exportSessions(
  where: StoreUrl | readonly StoreUrl[],
  options: ExportSessionsOptions,
): Promise<SessionsExport>;
export function exportSessions(where: Archives, options: ExportSessionsOptions): SessionsExport;
export function exportSessions(
  where: Archives,
  options: ExportSessionsOptions,
): SessionsExport | Promise<SessionsExport> {
  return isInStore(where) ? exportStored(where, options) : exportFiles(where, options);
}

function exportFiles(where: Archives, options: ExportSessionsOptions): SessionsExport {
  const { shard, sample, onProgress } = options;
  const { archives, problems } = recogniseArchives(where, { shard, sample });
  using run = new SessionsRun(options);
  for (const error of problems) run.fail(error, error.path ?? '');
  for (const [at, { path }] of archives.entries()) {
    if (run.isStopped) break;
    run.add(path, path);
    onProgress?.({ done: at + 1, total: archives.length });
  }
  return run.finish();
}

/** Window by window, many requests in flight. How many there are is known when all are listed. */
async function exportStored(where: Archives, options: ExportSessionsOptions): Promise<SessionsExport> {
  const { shard, sample, onProgress } = options;
  const notes = newNotes();
  using run = new SessionsRun(options);
  let done = 0;
  for await (const window of fetchWindows(streamArchives(where, notes, { shard, sample }))) {
    using fetched = window;
    for (const { file, error } of fetched.failed) run.fail(error, file.path);
    for (const { path, localPath = path } of fetched.files) if (!run.isStopped) run.add(localPath, path);
    if (run.isStopped) break;
    done += fetched.failed.length + fetched.files.length;
    onProgress?.({ done, total: done });
  }
  for (const error of notes.problems) run.fail(error, error.path ?? '');
  return run.finish();
}

class SessionsRun implements Disposable {
  readonly #format: TrajectoryFormat;
  readonly #lineage: Lineage;
  readonly #writer: ReturnType<typeof openWriter>;
  readonly #tally: Tally<ExportedSession>;

  constructor(options: ExportSessionsOptions) {
    const { format, into, lineage = standardLineage } = options;
    this.#tally = new Tally(options);
    this.#format = formats[format];
    this.#lineage = lineage;
    this.#writer = openWriter(into, this.#format);
  }

  add(localPath: string, path: string): void {
    try {
      const session = readSession(localPath, this.#lineage);
      this.#writer.write(String(session.session.id), JSON.stringify(this.#format.write(session)));
    } catch (error) {
      this.fail(errorOfObject(error, path, localPath), path);
      return;
    }
    this.#tally.add({ path, state: 'exported' });
  }

  /** @throws what is no fault of an archive */
  fail(cause: unknown, path: string): void {
    const problem = problemOf(cause, path);
    if (problem.code === 'INTERNAL') throw cause;
    this.#tally.add({ path: problem.path, state: 'failed', problem });
  }

  get isStopped(): boolean {
    return this.#tally.isStopped;
  }

  finish(): SessionsExport {
    const files = this.#writer.finish();
    const { failed: problems, failures, isStopped } = this.#tally.report();
    return { sessions: this.#tally.count('exported'), files, problems, failures, isStopped };
  }

  [Symbol.dispose](): void {
    this.#writer.discard();
  }
}
