import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { SearchProgress, SessionPage, SessionRow } from '../../../src/api/session-list.ts';
import { askServer, ServerError } from '../parts/ask-server.ts';

const pageSize = 100;

export interface SessionPages {
  /** Undefined until the first answer. */
  readonly total: number | undefined;
  readonly search: SearchProgress | undefined;
  readonly error: ServerError | undefined;
  row(at: number): SessionRow | undefined;
  /** Tells which rows are looked at, so that they are asked for. */
  show(from: number, to: number): void;
}

interface Loaded {
  readonly rows: ReadonlyMap<number, SessionRow>;
  readonly total: number | undefined;
  readonly search: SearchProgress | undefined;
  readonly error: ServerError | undefined;
}

const nothing: Loaded = { rows: new Map(), total: undefined, search: undefined, error: undefined };

/**
 * The rows of a table that is as long as there are sessions, asked for page by page where somebody looks. When there is
 * news, what is looked at is asked for again, and stays until the answer is there.
 */
export function useSessionPages(query: string, news: unknown): SessionPages {
  const [loaded, setLoaded] = useState<Loaded>(nothing);
  const wanted = useRef({ query, first: 0, last: 0, isNew: true });
  const asked = useRef(new Map<string, unknown>());
  const latestNews = useRef(news);
  latestNews.current = news;

  const ask = useCallback((first: number, last: number) => {
    const { query: now } = wanted.current;
    for (let page = first; page <= last; page++) {
      const address = `/api/sessions?${now}&offset=${page * pageSize}&limit=${pageSize}`;
      if (asked.current.has(address) && asked.current.get(address) === latestNews.current) continue;
      asked.current.set(address, latestNews.current);
      askServer<SessionPage>(address).then(
        (answer) => {
          if (wanted.current.query !== now) return;
          setLoaded((before) => addPage(wanted.current.isNew ? nothing : before, page, answer));
          wanted.current.isNew = false;
        },
        (error: unknown) => {
          asked.current.delete(address);
          if (!(error instanceof ServerError)) throw error;
          if (wanted.current.query === now) setLoaded({ ...nothing, error });
        },
      );
    }
  }, []);

  useEffect(() => {
    if (wanted.current.query !== query) {
      wanted.current = { query, first: 0, last: 0, isNew: true };
      asked.current.clear();
    }
    ask(wanted.current.first, wanted.current.last);
  }, [query, news, ask]);

  const show = useCallback(
    (from: number, to: number) => {
      const [first, last] = [Math.floor(from / pageSize), Math.floor(to / pageSize)];
      wanted.current.first = first;
      wanted.current.last = last;
      ask(first, last);
    },
    [ask],
  );
  const { rows, ...rest } = loaded;
  return { ...rest, row: (at) => rows.get(at), show };
}

function addPage(before: Loaded, page: number, { rows, total, search }: SessionPage): Loaded {
  const all = new Map(before.rows);
  for (const [at, row] of rows.entries()) all.set(page * pageSize + at, row);
  return { rows: all, total, search, error: undefined };
}
