import { useState } from 'preact/hooks';
import type { CatalogState, PageInfo } from '../../src/api/session-list.ts';
import { Failure } from './parts/failure.tsx';
import { formatCount } from './parts/format.ts';
import { Mark } from './parts/icons.tsx';
import { later } from './parts/later.tsx';
import { Link } from './parts/link.tsx';
import { type Place, usePlace } from './parts/place.ts';
import { ThemeButton } from './parts/theme.tsx';
import { useAnswer } from './parts/use-answer.ts';
import { useEvents } from './parts/use-events.ts';
import { SessionView } from './session/session-view.tsx';
import { SessionsView } from './sessions/sessions-view.tsx';

export interface ViewProps {
  readonly place: Place;
  readonly info: PageInfo;
  readonly state: CatalogState | undefined;
}

const CompareView = later(() => import('./compare/compare-view.tsx').then((it) => it.CompareView));
const FleetView = later(() => import('./fleet/fleet-view.tsx').then((it) => it.FleetView));
const AskView = later(() => import('./ask/ask-view.tsx').then((it) => it.AskView));

export function App() {
  const place = usePlace();
  const { value: info, error } = useAnswer<PageInfo>('/api/info');
  const [state, setState] = useState<CatalogState>();
  useEvents<CatalogState>('/api/events', setState);
  return (
    <>
      <Header place={place} state={state} />
      <main id="main">
        {error && <Failure error={error} />}
        {info && <View place={place} info={info} state={state} />}
      </main>
    </>
  );
}

function View(props: ViewProps) {
  const { path } = props.place;
  const session = /^\/session\/([^/]+)$/.exec(path)?.[1];
  if (session) return <SessionView key={session} sessionKey={decodeURIComponent(session)} {...props} />;
  if (path === '/compare') return <CompareView {...props} />;
  if (path === '/fleet') return <FleetView {...props} />;
  if (path === '/ask') return <AskView {...props} />;
  return <SessionsView {...props} />;
}

const views = [
  ['/', 'Sessions'],
  ['/fleet', 'Fleet'],
  ['/ask', 'Ask'],
] as const;

function Header({ place, state }: { readonly place: Place; readonly state: CatalogState | undefined }) {
  const isIn = (path: string) =>
    path === '/' ? /^\/(session\/.*|compare)?$/.test(place.path) : place.path === path;
  return (
    <header class="top">
      <Link to="/" class="brand">
        <Mark />
        varve
      </Link>
      <nav aria-label="Views">
        {views.map(([path, name]) => (
          <Link key={path} to={path} isCurrent={isIn(path)}>
            {name}
          </Link>
        ))}
      </nav>
      <Progress state={state} />
      <ThemeButton />
    </header>
  );
}

function Progress({ state }: { readonly state: CatalogState | undefined }) {
  if (!state) return <span class="progress" />;
  const { read, files, live } = state;
  const isReading = read < files;
  return (
    <span class="progress" role="status">
      {isReading && (
        <>
          reading {formatCount(read)} of {formatCount(files)}
          <progress value={read} max={files} aria-label="files read" />
        </>
      )}
      {live > 0 && (
        <Link to="/?live=1" class="live">
          {formatCount(live)} live
        </Link>
      )}
    </span>
  );
}
