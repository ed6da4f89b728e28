import { type Database, linkAside, openDatabase } from '../file/index.ts';
import { type FileState, fingerprint } from './file-state.ts';
import type { Source } from './source.ts';

/** A file that was left in WAL mode with nothing beside it: all that was committed is in it. */
export function isLeftInWal(state: FileState): boolean {
  return state.kind !== 'live' && state.leftovers.length === 0 && state.header.isWal;
}

/**
 * Opens a file that was left in WAL mode, with nothing beside it, under a second name in a private folder of the same
 * file system: what SQLite lays beside it lies there, and is gone as soon as it is open. A writer that begins meanwhile
 * is not kept waiting, and what is read from then on may be of several moments: as for any file that is written in
 * place, its reader must open it anew. Undefined where the system allows no such link.
 */
export function openThroughLink(path: string): Source | undefined {
  return reachThroughLink(path, (link) => {
    const sqlite = openDatabase(link, { readonly: true });
    const close = () => sqlite.close();
    try {
      openAll(sqlite, 'main');
    } catch (error) {
      close();
      throw error;
    }
    return { sqlite, copy: 'none', detach: () => {}, close };
  });
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

/** SQLite opens all that it needs, so that no name is needed any more. */
function openAll(sqlite: Database, schema: string): void {
  sqlite.pragma(`${schema}.schema_version`);
}
