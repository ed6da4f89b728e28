import { rmSync } from 'node:fs';
import type { KeyLayout } from '@varve/core';
import { placeKey, pushFile, readyStore, requestsInFlight, type Store } from '@varve/core/internal';
import { VarveError } from '@varve/schema';
import {
  assertApart,
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
import { type Problem, problemOf, Tally, type WorkOptions, type WorkReport } from '../work/index.ts';

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

export interface PushArchivesOptions extends Selection, WorkOptions<PushedArchive> {
  /** `s3://bucket/prefix`, or a folder. */
  readonly into: string;
  /** Where below it each lies; under the path it has below its own folder unless given. */
  readonly layout?: KeyLayout;
  /** Keep the files here. Unless given, each goes when the store has it. */
  readonly keep?: boolean;
}

export interface PushReport extends WorkReport {
  readonly pushed: number;
  readonly current: number;
  readonly sizeBytes: number;
}

/**
 * Puts sealed archives into a store, many at once, never over another object. A file goes only when the store has it whole.
 * A push that was killed goes on when it is run again. A live or unsealed session is left alone.
 *
 * @throws USAGE for archives that lie in a bucket already, and where they would lie among those that are pushed; CLIENT_MISSING
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
  const { into } = options;
  const store = await readyStore(into);
  const notes = newNotes();
  const tally = new Tally(options);
  let sizeBytes = 0;
  const push = (file: RecognisedFile | VarveError) => pushOne(file, store, options);
  using unpacked = await unpackManifests(where);
  if (isInStore(unpacked.where)) throw inBucketError();
  assertApart(unpacked.where, into, 'what is pushed');
  for await (const file of inFlight(
    whileNot(() => tally.isStopped, recognised(unpacked.where, notes, options)),
    requestsInFlight,
    push,
  )) {
    if (file.state === 'pushed') sizeBytes += file.sizeBytes;
    tally.add(file);
  }
  for (const error of notes.problems) tally.add(toFailed(problemOf(error, error.path ?? into), 0));
  return { pushed: tally.count('pushed'), current: tally.count('current'), sizeBytes, ...tally.report() };
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
