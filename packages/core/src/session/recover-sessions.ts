import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Lineage, TableModule } from '@varve/migrations';
import { assertIdentified, identifyFile } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema/errors';
import {
  assertNotEmpty,
  assertSound,
  createdFile,
  durableFs,
  fileError,
  lockSuffix,
  moveInto,
  onFile,
  openDatabase,
  statOf,
} from '../file/index.ts';
import { acquireWriterLock } from '../lock/index.ts';
import { inspectAtRest } from '../source/index.ts';
import { endSession, readSessionStatus } from './end-session.ts';
import { clearHalfMade } from './half-made.ts';
import { openWriter } from './open-writer.ts';

export interface RecoverSessionsOptions {
  readonly lineage: Lineage<TableModule>;
  /** Where the sessions are sealed into. */
  readonly archiveDir: string;
}

export interface Recovery {
  /** The archives made of what a crash had left. */
  readonly sealed: readonly string[];
  /** Sessions that a writer has open, left alone. */
  readonly live: readonly { readonly path: string; readonly pid: number }[];
  /** Files that could not be sealed, left as they were. */
  readonly failed: readonly { readonly path: string; readonly error: VarveError }[];
}

/**
 * Finishes what a crash left in a folder of sessions: a session without a writer is brought to head, marked
 * `interrupted` as of its last write if it was `running`, and sealed; a seal that was cut short is completed; what
 * was only half made is removed. One bad file does not stop the rest. Each list is in the order of the paths.
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE for the folder itself
 *
 * @example
 * ```ts
 * import { createSession, recoverSessions } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * const session = createSession('live', { lineage, session: { agentName: 'support' } });
 * session.close(); // Or the process died.
 *
 * const { sealed, failed } = recoverSessions('live', { lineage, archiveDir: 'archives' });
 * console.log(sealed.length, failed.length); // 1 0
 * ```
 */
export function recoverSessions(dir: string, options: RecoverSessionsOptions): Recovery {
  const sealed: string[] = [];
  const live: Recovery['live'][number][] = [];
  const failed: Recovery['failed'][number][] = [];
  onFile(options.archiveDir, () => durableFs.makeDir(options.archiveDir), 'write');
  for (const [path, halfMade] of findSessions(resolve(dir))) {
    try {
      const archive = recoverSession(path, halfMade, options);
      if (archive) sealed.push(archive);
    } catch (error) {
      const problem = asProblem(error, path);
      if (problem.code === 'SESSION_LOCKED') live.push({ path, pid: Number(problem.details.pid) });
      else failed.push({ path, error: problem });
    }
  }
  return { sealed, live, failed };
}

/** The names that sessions have or had, also where only a lock is left, each with what was half made of it. */
function findSessions(dir: string): [path: string, halfMade: readonly string[]][] {
  const sessions = new Map<string, string[]>();
  for (const name of onFile(dir, () => readdirSync(dir))) {
    const created = createdFile(name);
    const session = created ?? name.replace(new RegExp(`${lockSuffix}$`), '');
    if (!session.endsWith('.db') || session.startsWith('.')) continue;
    const halfMade = created === undefined ? [] : [join(dir, name)];
    sessions.set(session, [...(sessions.get(session) ?? []), ...halfMade]);
  }
  return [...sessions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, made]) => [join(dir, name), made]);
}

function recoverSession(
  path: string,
  halfMade: readonly string[],
  { lineage, archiveDir }: RecoverSessionsOptions,
): string | undefined {
  const lock = acquireWriterLock(path, 0);
  try {
    clearHalfMade(path, halfMade);
    if (!statOf(path)) return undefined;
    const { mtimeMs } = assertNotEmpty(path);
    if (isSealed(path, lineage)) return onFile(path, () => moveInto(path, resolve(archiveDir)), 'write');
    const endedAtMs = Math.round(Math.max(mtimeMs, Number(statOf(`${path}-wal`)?.mtimeMs ?? 0)));
    // The lock is let go of here, not by the session.
    const session = openWriter({ path, lineage, lock: { release: () => {} } });
    try {
      const isRunning = readSessionStatus(session.sqlite, lineage.tables) === 'running';
      if (isRunning) endSession(session.sqlite, lineage.tables, { status: 'interrupted', endedAtMs });
      return session.seal(archiveDir);
    } finally {
      session.close();
    }
  } finally {
    lock.release();
  }
}

/** Whether nothing but the move was left to do. Making it read-only is the last step before the move. */
function isSealed(path: string, lineage: Lineage): boolean {
  const { mode } = assertNotEmpty(path);
  if (inspectAtRest(path).kind === 'unsealed' || (mode & 0o222) !== 0) return false;
  const sqlite = openDatabase(path, { readonly: true });
  try {
    assertIdentified(identifyFile(sqlite, lineage), lineage, path);
    assertSound(sqlite, path);
    return true;
  } finally {
    sqlite.close();
  }
}

function asProblem(cause: unknown, path: string): VarveError {
  const error = fileError(cause, path);
  if (error instanceof VarveError) return error;
  return new VarveError('FILE_UNREADABLE', `${basename(path)} could not be recovered: ${String(error)}`, {
    path,
    hint: 'look at the cause; the file is still there',
    cause,
  });
}
