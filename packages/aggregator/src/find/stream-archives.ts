import { isStoreUrl, openStore, requestsInFlight } from '@varve/core/internal';
import { VarveError } from '@varve/schema';
import { parseBucketGlob } from './bucket-glob.ts';
import type { FoundFile } from './found-file.ts';
import { inFlight } from './in-flight.ts';
import { listBucket } from './list-bucket.ts';
import { isManifestOfStore } from './manifest-file.ts';
import { isParquetManifest } from './parquet-manifest.ts';
import { isExpected, type RecognisedFile, recogniseArchive } from './recognise-archive.ts';
import { recogniseObject } from './recognise-object.ts';
import { isRemote } from './remote-file.ts';
import { isSelected, type Selection } from './selection.ts';
import { streamFiles, type WalkNotes } from './stream-files.ts';
import { unpackManifests } from './unpack-manifests.ts';
import { notFound } from './walk-errors.ts';

/** Files, folders, globs, and `s3://bucket/prefix`. */
export type Archives = string | readonly string[];

/** Whether it takes asking a server to find these, or reading Parquet, which takes its time likewise. */
export function isInStore(where: Archives): boolean {
  return [where]
    .flat()
    .some((name) => isStoreUrl(name) || isManifestOfStore(name) || isParquetManifest(name));
}

/**
 * What archives may be, wherever they lie, in the order of their paths: those of this machine, then those of each store.
 * An object is recognised by its magic here unless its name tells; files are for whoever reads them. With `after`, only
 * what comes after that path: of a bucket no more is listed.
 */
export async function* streamCandidates(
  where: Archives,
  notes: WalkNotes,
  { after, ...selection }: Selection & { readonly after?: string } = {},
): AsyncGenerator<FoundFile> {
  using unpacked = await unpackManifests(where);
  const { local, stores } = divide(unpacked.where);
  const isLocalDone = after !== undefined && isStoreUrl(after);
  for (const file of streamFiles(isLocalDone ? local.filter(isManifestOfStore) : local, notes))
    if (isSelected(file, selection) && (after === undefined || file.path > after)) yield file;
  for (const url of stores) {
    const recognise = async (file: FoundFile) => (isExpected(file) ? file : recogniseObject(file));
    yield* sorted(inFlight(listSelected(url, notes, selection, after), requestsInFlight, recognise), notes);
  }
}

/** The archives, wherever they lie, each with its header, in the order of their paths. */
export async function* streamArchives(
  where: Archives,
  notes: WalkNotes,
  selection: Selection = {},
): AsyncGenerator<RecognisedFile> {
  using unpacked = await unpackManifests(where);
  const { local, stores } = divide(unpacked.where);
  yield* sorted(inFlight(selected(streamFiles(local, notes), selection), requestsInFlight, recognise), notes);
  for (const url of stores) {
    yield* sorted(inFlight(listSelected(url, notes, selection), requestsInFlight, recogniseObject), notes);
  }
}

function divide(where: Archives): { local: string[]; stores: string[] } {
  const names = [where].flat();
  return {
    local: names.filter((name) => !isStoreUrl(name)),
    stores: [...new Set(names.filter(isStoreUrl))].sort(),
  };
}

function* selected(files: Iterable<FoundFile>, selection: Selection): Generator<FoundFile> {
  for (const file of files) if (isSelected(file, selection)) yield file;
}

/** A manifest may list objects of a store. */
async function recognise(file: FoundFile): Promise<RecognisedFile | VarveError | undefined> {
  return isRemote(file) ? recogniseObject(file) : recogniseArchive(file);
}

/** What cannot be listed any further is noted: the rest of it is out of sight. */
async function* listSelected(
  url: string,
  notes: WalkNotes,
  selection: Selection,
  after?: string,
): AsyncGenerator<FoundFile> {
  const glob = parseBucketGlob(url);
  const listed = glob?.url ?? url;
  const root = `${openStore(listed).url}/`;
  const isWithin = after?.startsWith(root) === true;
  if (after !== undefined && isStoreUrl(after) && root < after && !isWithin) return;
  let isEmpty = glob !== undefined && !isWithin;
  try {
    for await (const file of listBucket(listed, isWithin ? after : undefined)) {
      if (glob && !glob.isMeant(file.path)) continue;
      isEmpty = false;
      if (isSelected(file, selection)) yield file;
    }
    if (isEmpty) notes.problems.push(notFound(url));
  } catch (error) {
    if (!(error instanceof VarveError)) throw error;
    notes.problems.push(error);
  }
}

/** Lets archives through, and puts problems among the notes. */
async function* sorted<T extends FoundFile>(
  found: AsyncIterable<T | VarveError | undefined> | Iterable<T | VarveError | undefined>,
  notes: WalkNotes,
): AsyncGenerator<T> {
  for await (const file of found) {
    if (file instanceof VarveError) notes.problems.push(file);
    else if (file) yield file;
  }
}
