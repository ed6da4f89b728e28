import { useEffect, useState } from 'preact/hooks';
import type { ViewProps } from '../app.tsx';
import { Failure } from '../parts/failure.tsx';
import { plural } from '../parts/format.ts';
import { Link } from '../parts/link.tsx';
import { goTo } from '../parts/place.ts';
import { useKeys } from '../parts/use-keys.ts';
import { Filters } from './filters.tsx';
import { SearchBox } from './search-box.tsx';
import { useSessionPages } from './session-pages.ts';
import { SessionTable } from './session-table.tsx';

const inQuery = ['q', 'agent', 'model', 'status', 'version', 'failed', 'live'];

export function SessionsView({ place: { query }, info, state }: ViewProps) {
  const wanted = new URLSearchParams([...query].filter(([name]) => inQuery.includes(name)));
  const sort = query.get('sort') ?? '-started';
  wanted.set('sort', sort);
  const address = wanted.toString();
  const news = `${state?.generation} ${query.has('q') ? state?.search?.read : ''}`;
  const pages = useSessionPages(address, news);
  const [at, setAt] = useState(0);
  const [marked, setMarked] = useState<readonly string[]>([]);
  useEffect(() => setAt(0), [address]);
  const mark = (key: string) =>
    setMarked((before) =>
      before.includes(key) ? before.filter((it) => it !== key) : [...before, key].slice(-2),
    );
  const [left, right] = marked;
  useKeys({ c: () => right && goTo(`/compare?left=${left}&right=${right}`) });
  const head = info.lineage?.migrations.length ?? null;
  const isEmpty = pages.total === 0;
  return (
    <div class="sessions-view">
      <h1 class="unseen">Sessions</h1>
      <div class="bar">
        <SearchBox words={query.get('q') ?? ''} progress={pages.search} onLeave={leaveField} />
        <Filters query={query} news={state?.generation} />
        <span class="count" role="status">
          {pages.total !== undefined && plural(pages.total, 'session')}
        </span>
      </div>
      {pages.error && <Failure error={pages.error} />}
      {isEmpty && !pages.error && <Empty isNarrowed={address !== `sort=${sort}`} />}
      {!isEmpty && (
        <SessionTable
          pages={pages}
          sort={sort}
          head={head}
          tables={info.tables}
          isSearch={query.has('q')}
          at={at}
          onAt={setAt}
          marked={marked}
          onMark={mark}
        />
      )}
      {marked.length > 0 && (
        <aside class="tray" aria-label="Compare">
          <span>{right ? 'Two sessions marked' : 'One session marked: mark another with x'}</span>
          {right && (
            <Link to={`/compare?left=${left}&right=${right}`} class="button">
              Compare <kbd>c</kbd>
            </Link>
          )}
          <button type="button" class="quiet" onClick={() => setMarked([])}>
            Clear
          </button>
        </aside>
      )}
    </div>
  );
}

function leaveField(): void {
  (document.activeElement as HTMLElement | null)?.blur();
}

function Empty({ isNarrowed }: { readonly isNarrowed: boolean }) {
  return (
    <div class="empty">
      <p>{isNarrowed ? 'No session is like that.' : 'There is no session here yet.'}</p>
      {isNarrowed && <Link to="/">Show all sessions</Link>}
    </div>
  );
}
