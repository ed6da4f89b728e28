import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { LensDifference, Message, RowDetail, TablePage } from '../../../src/api/session-detail.ts';
import { askServer, sessionPath } from '../parts/ask-server.ts';

/** Where what a session's view shows comes from: the server, or the page itself when it was saved as a file. */
export interface SessionApi {
  row(id: string): Promise<RowDetail>;
  /** All rows of the timeline, in their order. */
  all(): Promise<readonly RowDetail[]>;
  /** Undefined where there is nothing to compare with. */
  readonly lens: ((id: string) => Promise<LensDifference>) | undefined;
  messages(offset: number, limit: number): Promise<readonly Message[]>;
  readonly table: ((name: string, offset: number, limit: number) => Promise<TablePage>) | undefined;
  bytesAddress(id: string, column: string, download: boolean): string | undefined;
  /** Whether it can link to other sessions. */
  readonly hasOthers: boolean;
}

export function serverApi(key: string): SessionApi {
  return {
    row: (id) => askServer(sessionPath(key, '/row', { id })),
    all: () => askServer(sessionPath(key, '/all')),
    lens: (id) => askServer(sessionPath(key, '/lens', { id })),
    messages: (offset, limit) =>
      askServer(sessionPath(key, '/messages', { offset: String(offset), limit: String(limit) })),
    table: (name, offset, limit) =>
      askServer(sessionPath(key, '/table', { name, offset: String(offset), limit: String(limit) })),
    bytesAddress: (id, column, download) =>
      sessionPath(key, '/bytes', { id, column, ...(download && { download: '1' }) }),
    hasOthers: true,
  };
}

const Context = createContext<SessionApi | undefined>(undefined);

export const SessionApiProvider = Context.Provider;

export function useSessionApi(): SessionApi {
  const api = useContext(Context);
  if (!api) throw new Error('there is no session here');
  return api;
}
