import { rmSync } from 'node:fs';
import { extname, join } from 'node:path';
import {
  makePrivateDir,
  openStore,
  removePrivateDir,
  requestsInFlight,
  splitObjectUrl,
} from '@varve/core/internal';
import { VarveError } from '@varve/schema';
import type { FoundFile } from './found-file.ts';
import { inFlight, oneAhead } from './in-flight.ts';
import { isRemote } from './remote-file.ts';

/** Objects of a store, as files of this machine until they are released. */
export interface FetchedWindow extends Disposable {
  readonly files: readonly FoundFile[];
  readonly failed: readonly { readonly file: FoundFile; readonly error: VarveError }[];
}

export interface WindowLimits {
  readonly mostFiles: number;
  readonly mostBytes: number;
}

/** Twice as much lies on the disk at most, and one archive of any size. */
const defaultLimits: WindowLimits = { mostFiles: 1000, mostBytes: 256 * 1024 ** 2 };

/**
 * Fetches objects, many at once, window by window: while the caller works on one, the next is on its way. One that cannot
 * be fetched does not stop the others.
 */
export function fetchWindows(
  files: AsyncIterable<FoundFile> | Iterable<FoundFile>,
  limits: WindowLimits = defaultLimits,
): AsyncGenerator<FetchedWindow> {
  return oneAhead(fetchEach(divide(files, limits)));
}

async function* divide(
  files: AsyncIterable<FoundFile> | Iterable<FoundFile>,
  { mostFiles, mostBytes }: WindowLimits,
): AsyncGenerator<FoundFile[]> {
  let window: FoundFile[] = [];
  let bytes = 0;
  for await (const file of files) {
    if (window.length >= mostFiles || (window.length > 0 && bytes + file.sizeBytes > mostBytes)) {
      yield window;
      [window, bytes] = [[], 0];
    }
    window.push(file);
    bytes += file.sizeBytes;
  }
  if (window.length > 0) yield window;
}

async function* fetchEach(windows: AsyncIterable<FoundFile[]>): AsyncGenerator<FetchedWindow> {
  for await (const window of windows) yield await fetchWindow(window);
}

async function fetchWindow(window: readonly FoundFile[]): Promise<FetchedWindow> {
  const dir = makePrivateDir();
  const files: FoundFile[] = [];
  const failed: { file: FoundFile; error: VarveError }[] = [];
  const fetch = async ([at, file]: [number, FoundFile]) => {
    const localPath = join(dir, `${at}${extname(file.path)}`);
    return { file, outcome: await attempt(() => fetchFile(file, localPath)) };
  };
  for await (const { file, outcome } of inFlight(window.entries(), requestsInFlight, fetch)) {
    if (outcome instanceof VarveError) failed.push({ file, error: outcome });
    else files.push(outcome);
  }
  return { files, failed, [Symbol.dispose]: () => removePrivateDir(dir) };
}

/** A file of this machine stays where it is. @throws the codes of `Store.read` */
export async function fetchFile(file: FoundFile, localPath: string): Promise<FoundFile> {
  if (!isRemote(file)) return file;
  const { root, key } = splitObjectUrl(file.path);
  rmSync(localPath, { force: true });
  const entry = await openStore(root).read(key, localPath);
  // An answer's time has no fractions of a second; a listing's has.
  const mtimeMs = entry.etag === file.etag ? file.mtimeMs : entry.mtimeMs;
  return { ...file, etag: entry.etag, sizeBytes: entry.sizeBytes, mtimeMs, localPath };
}

async function attempt<T>(work: () => Promise<T>): Promise<T | VarveError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof VarveError) return error;
    throw error;
  }
}
