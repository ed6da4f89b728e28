import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { durableFs, fileError, workFile } from '@varve/core/internal';
import { type Lineage, standardLineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import { atifWriter } from './atif-writer.ts';
import { chatMessagesWriter } from './chat-messages-writer.ts';
import type { TrajectoryFormat } from './contract.ts';
import { otlpWriter } from './otlp-writer.ts';
import { readSession } from './read-session.ts';

const formats = {
  atif: atifWriter,
  'openai-chat': chatMessagesWriter,
  otlp: otlpWriter,
} as const satisfies Record<string, TrajectoryFormat>;

export type TrajectoryFormatName = keyof typeof formats;
export const trajectoryFormats = Object.keys(formats) as TrajectoryFormatName[];

export interface ExportSessionsOptions {
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
  /** Archives that were left out, each with its reason. */
  readonly problems: readonly {
    readonly path: string;
    readonly code: VarveError['code'];
    readonly message: string;
    readonly hint: string;
  }[];
}

/**
 * Writes the sessions of archives, of any versions, for trainers, evaluations and viewers of traces: trajectories of Harbor's
 * format, a file a session; OpenAI's chat messages, a line a session; or OTLP/JSON spans, a line a session. An archive that
 * cannot be read is left out and named.
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
export function exportSessions(archives: readonly string[], options: ExportSessionsOptions): SessionsExport {
  const { into, lineage = standardLineage, onProgress } = options;
  const format: TrajectoryFormat = formats[options.format];
  const problems: SessionsExport['problems'][number][] = [];
  const writer = openWriter(into, format);
  let sessions = 0;
  try {
    for (const [at, path] of archives.entries()) {
      try {
        const session = readSession(path, lineage);
        writer.write(String(session.session.id), JSON.stringify(format.write(session)));
        sessions++;
      } catch (cause) {
        problems.push(problemOf(cause, path));
      }
      onProgress?.({ done: at + 1, total: archives.length });
    }
    return { sessions, files: writer.finish(), problems };
  } finally {
    writer.discard();
  }
}

function problemOf(cause: unknown, path: string): SessionsExport['problems'][number] {
  const error = fileError(cause, path);
  if (!(error instanceof VarveError)) throw error;
  return { path: error.path ?? path, code: error.code, message: error.message, hint: error.hint };
}

interface Writer {
  write(id: string, json: string): void;
  finish(): readonly string[];
  discard(): void;
}

function openWriter(into: string, { file, suffix = '.json' }: TrajectoryFormat): Writer {
  try {
    durableFs.makeDir(into);
    return file === undefined ? filesWriter(into, suffix) : linesWriter(join(into, file));
  } catch (error) {
    throw fileError(error, into, 'write');
  }
}

function filesWriter(into: string, suffix: string): Writer {
  const files: string[] = [];
  return {
    write(id, json) {
      const path = join(into, `${id.replace(/[^\w.-]/g, '_')}${suffix}`);
      const work = workFile(path, 'creating');
      durableFs.remove(work);
      durableFs.write(work, Buffer.from(`${json}\n`));
      durableFs.rename(work, path);
      files.push(path);
    },
    finish() {
      durableFs.syncDir(into);
      return files;
    },
    discard: () => {},
  };
}

function linesWriter(path: string): Writer {
  const work = workFile(path, 'creating');
  durableFs.remove(work);
  let file: number | undefined = openSync(work, 'wx');
  const close = () => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  return {
    write: (_id, json) => {
      if (file !== undefined) writeSync(file, `${json}\n`);
    },
    finish() {
      close();
      durableFs.sync(work);
      durableFs.rename(work, path);
      return [path];
    },
    discard() {
      close();
      durableFs.remove(work);
    },
  };
}
