import './styles/all.css';
import { render } from 'preact';
import type { SavedSession } from '../../src/api/saved-session.ts';
import { Mark } from './parts/icons.tsx';
import { usePlace } from './parts/place.ts';
import { ThemeButton } from './parts/theme.tsx';
import { savedApi } from './session/saved-api.ts';
import { Session } from './session/session.tsx';
import { SessionApiProvider } from './session/session-api.ts';

const data = document.getElementById('session');
const page = document.getElementById('page');
if (data && page) render(<Saved saved={JSON.parse(data.textContent) as SavedSession} />, page);

/** One session as a file of its own: all it shows is in it. */
function Saved({ saved }: { readonly saved: SavedSession }) {
  const { query } = usePlace();
  return (
    <>
      <header class="top">
        <span class="brand">
          <Mark />
          varve
        </span>
        <span class="progress">saved {new Date(saved.savedAtMs).toISOString().slice(0, 10)}</span>
        <ThemeButton />
      </header>
      <main id="main">
        <SessionApiProvider value={savedApi(saved)}>
          <Session detail={saved.detail} query={query} />
        </SessionApiProvider>
      </main>
    </>
  );
}
