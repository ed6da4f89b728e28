import { VarveError } from '@varve/schema/errors';
import { type Database, linkAside, openDatabase, statOf } from '../file/index.ts';
import { type FileState, fingerprint } from './file-state.ts';
import type { Source } from './source.ts';

/** A file that was left in WAL mode with nothing beside it: all that was committed is in it. */
export function isLeftInWal(state: FileState): boolean {
  return state.kind !== 'live' && state.leftovers.length === 0 && state.header.isWal;
}

/**
 * Opens a file that was left in WAL mode, with nothing beside it, under a second name in a private folder of the same
 * file system, where lies what SQLite wants beside it. A writer that begins meanwhile in another process is not kept
 * waiting, and what is read from then on may be of several moments: as for any file that is written in place, its reader
 * must open it anew. A writer of this process is refused until it is closed. Undefined where the system allows no such link.
 */
export function openThroughLink(path: string): Source | undefined {
  return reachThroughLink(path, (link) => {
    const sqlite = openDatabase(link, { readonly: true });
    const forget = noteReader(link);
    const close = () => {
      sqlite.close();
      forget();
    };
    try {
      openAll(sqlite, 'main');
    } catch (error) {
      close();
      throw error;
    }
    return { sqlite, copy: 'none', detach: () => {}, close };
  });
}

/** How many connections of this thread read a file through a link, by the file's identity. */
const readers = new Map<string, number>();

function noteReader(link: string): () => void {
  const file = identityOf(link);
  readers.set(file, (readers.get(file) ?? 0) + 1);
  let isNoted = true;
  return () => {
    const left = (readers.get(file) ?? 0) - Number(isNoted);
    isNoted = false;
    if (left > 0) readers.set(file, left);
    else readers.delete(file);
  };
}

function identityOf(path: string): string {
  const stat = statOf(path);
  return `${stat?.dev} ${stat?.ino}`;
}

/**
 * All connections of a process to a file share what SQLite keeps in memory of its WAL: beside such a reader a writer of
 * the same process could not write.
 *
 * @throws FILE_BUSY
 */
export function assertNotReadThroughLink(path: string): void {
  if (readers.size === 0 || !readers.has(identityOf(path))) return;
  throw new VarveError(
    'FILE_BUSY',
    'this process has the file open as an archive, and it was left in WAL mode',
    {
      path,
      hint: 'close the archive, then open the session',
    },
  );
}

/** `ATTACH` of such a file to a connection; false where the system allows no such link. */
export function attachThroughLink(
  path: string,
  schema: string,
  { sqlite, attach, detach }: { sqlite: Database; attach(link: string): void; detach(): void },
): boolean {
  const attached = reachThroughLink(path, (link) => {
    attach(link);
    try {
      openAll(sqlite, schema);
    } catch (error) {
      detach();
      throw error;
    }
    return { close: detach };
  });
  return attached !== undefined;
}

/** Undefined also where it does not open: whoever copies it says what is wrong with it. */
function reachThroughLink<T extends { close(): void }>(
  path: string,
  open: (link: string) => T,
): T | undefined {
  try {
    const before = fingerprint(path);
    const opened = linkAside(path, open);
    if (opened === undefined || fingerprint(path) === before) return opened;
    opened.close();
  } catch {}
  return undefined;
}

/**
 * SQLite opens all that it needs, so that no name is needed any more. Leaves no statement behind, through which every
 * ATTACH and DETACH would look.
 */
function openAll(sqlite: Database, schema: string): void {
  sqlite.exec(`PRAGMA ${schema}.schema_version`);
}
