import { VarveError } from '@varve/schema';
import type { CatalogKeeper } from '../catalog/index.ts';
import { summariseFile } from '../reading/index.ts';
import type { TextSearch } from '../search/index.ts';
import {
  fileKey,
  type OpenFile,
  parseSessionKey,
  type SessionFile,
  type SessionSource,
} from '../sources/index.ts';

/** What the routes answer from. */
export interface PageContext {
  readonly source: SessionSource;
  readonly keeper: CatalogKeeper;
  readonly search: TextSearch;
}

/** A session's file, open at head, and which of its sessions is meant. */
export interface OpenSession extends OpenFile {
  readonly file: SessionFile;
  /** Null where no table tells. */
  readonly sessionId: string | null;
  readonly others: readonly string[];
}

/** Opens the file of a session for as long as `read` takes. @throws PAGE_NOT_FOUND, the codes of `openArchive` and of stores */
export async function withSession<T>(
  { source, keeper }: PageContext,
  key: string,
  read: (session: OpenSession) => T,
): Promise<T> {
  const { file: name, session } = parseSessionKey(key);
  const file = keeper.catalog.file(name);
  if (!file) throw unknownSession(key);
  await source.remote?.fetch(file);
  const open = source.open(file);
  try {
    const ids = summariseIds(open, source);
    const sessionId = session === undefined ? (ids[0] ?? null) : ids.find((id) => fileKey(id) === session);
    if (sessionId === undefined) throw unknownSession(key);
    return read({ ...open, file, sessionId, others: ids.filter((id) => id !== sessionId) });
  } finally {
    open.close();
  }
}

function summariseIds({ sqlite }: OpenFile, { shape }: SessionSource): string[] {
  return summariseFile(sqlite, { ...shape, timeline: [] }).flatMap(({ sessionId }) => sessionId ?? []);
}

function unknownSession(key: string): VarveError {
  return new VarveError('PAGE_NOT_FOUND', `no session here has the key ${key}`, {
    hint: 'go back to the table of sessions: the file may be gone',
  });
}
