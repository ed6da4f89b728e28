import { rmSync } from 'node:fs';
import type { KeyLayout } from '@varve/core';
import { openStore, placeKey, pushFile, requestsInFlight, type Store } from '@varve/core/internal';
import { VarveError } from '@varve/schema';
import {
  inFlight,
  isInStore,
  isSelected,
  newNotes,
  type RecognisedFile,
  recogniseArchive,
  type Selection,
  streamFiles,
  unpackManifests,
} from '../find/index.ts';
import { FailureLimit, type Problem, problemOf } from '../work/index.ts';

export interface PushedArchive {
  readonly path: string;
  /** `current`: the store had it already, byte for byte. */
  readonly state: 'pushed' | 'current' | 'failed';
  /** Its address in the store; undefined when it failed. */
  readonly archive: string | undefined;
  readonly sizeBytes: number;
  /** Why it failed. */
  readonly problem?: Problem;
}

export interface PushArchivesOptions extends Selection {
  /** `s3://bucket/prefix`, or a folder. */
  readonly into: string;
  /** Where below it each lies; under the path it has below its own folder unless given. */
  readonly layout?: KeyLayout;
  /** Keep the files here. Unless given, each goes when the store has it. */
  readonly keep?: boolean;
  /** When more fail, no other is begun. */
  readonly maxFailures?: number;
  readonly signal?: AbortSignal;
  readonly onFile?: (file: PushedArchive) => void;
}

export interface PushReport {
  readonly pushed: number;
  readonly current: number;
  /** Files that are as they were, and paths that could not be searched. */
  readonly failed: readonly Problem[];
  /** Whether it ended before all files were looked at. */
  readonly isStopped: boolean;
  readonly sizeBytes: number;
}

/**
 * Puts sealed archives into a store, many at once, never over another object. A file goes only when the store has it whole.
 * A push that was killed goes on when it is run again. A live or unsealed session is left alone.
 *
 * @throws USAGE for archives that lie in a bucket already
 *
 * @example
 * ```ts
 * import { pushArchives } from '@varve/aggregator';
 * import { createSession } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * createSession('live', { lineage, session: { agentName: 'support' } }).seal('archives');
 *
 * const { pushed, failed } = await pushArchives('archives', { into: 'elsewhere', layout: 'date' }); // or s3://bucket/prefix
 * console.log(pushed, failed.length); // 1 0
 * ```
 */
export async function pushArchives(
  where: string | readonly string[],
  options: PushArchivesOptions,
): Promise<PushReport> {
  const { into, signal, onFile } = options;
  const store = openStore(into);
  const notes = newNotes();
  const limit = new FailureLimit(options.maxFailures);
  const isStopped = () => limit.signal.aborted || signal?.aborted === true;
  const counts = { pushed: 0, current: 0, failed: 0 };
  const failed: Problem[] = [];
  let sizeBytes = 0;
  const push = (file: RecognisedFile | VarveError) => pushOne(file, store, options);
  using unpacked = await unpackManifests(where);
  if (isInStore(unpacked.where)) throw inBucketError();
  for await (const file of inFlight(
    whileNot(isStopped, recognised(unpacked.where, notes, options)),
    requestsInFlight,
    push,
  )) {
    counts[file.state] += 1;
    if (file.state === 'pushed') sizeBytes += file.sizeBytes;
    if (file.problem) failed.push(file.problem);
    if (file.problem) limit.add();
    onFile?.(file);
  }
  failed.push(...notes.problems.map((error) => problemOf(error, error.path ?? into)));
  return { pushed: counts.pushed, current: counts.current, failed, isStopped: isStopped(), sizeBytes };
}

function* recognised(
  where: string | readonly string[],
  notes: ReturnType<typeof newNotes>,
  selection: Selection,
) {
  for (const file of streamFiles(where, notes)) {
    const archive = isSelected(file, selection) ? recogniseArchive(file) : undefined;
    if (archive) yield archive;
  }
}

function* whileNot<T>(isStopped: () => boolean, items: Iterable<T>): Generator<T> {
  for (const item of items) {
    if (isStopped()) return;
    yield item;
  }
}

async function pushOne(
  file: RecognisedFile | VarveError,
  store: Store,
  { layout, keep = false }: PushArchivesOptions,
): Promise<PushedArchive> {
  if (file instanceof VarveError) return toFailed(problemOf(file, file.path ?? ''), 0);
  const { path, relativePath, mtimeMs, sizeBytes } = file;
  try {
    assertSealed(file);
    const key = layout ? placeKey(path, layout, mtimeMs) : relativePath;
    const { isNew } = await pushFile(path, store, key);
    if (!keep) rmSync(path);
    return { path, state: isNew ? 'pushed' : 'current', archive: `${store.url}/${key}`, sizeBytes };
  } catch (error) {
    return toFailed({ ...problemOf(error, path), path }, sizeBytes);
  }
}

function inBucketError(): VarveError {
  return new VarveError('USAGE', 'the archives lie in a bucket already', {
    hint: "copy them with the store's own tools, as aws s3 sync; name files or folders here",
  });
}

function assertSealed({ path, sidecars, header }: RecognisedFile): void {
  if (sidecars.length === 0 && header && !header.isWal) return;
  throw new VarveError(
    'SESSION_LIVE',
    'the session is not sealed: it may be written, or lack what lies beside it',
    {
      path,
      hint: 'seal it first; recoverSessions seals what a crash left',
    },
  );
}

function toFailed(problem: Problem, sizeBytes: number): PushedArchive {
  return { path: problem.path, state: 'failed', archive: undefined, sizeBytes, problem };
}
