import { useMemo, useState } from 'preact/hooks';
import type { SessionDetail } from '../../../src/api/session-detail.ts';
import type { ViewProps } from '../app.tsx';
import { sessionPath } from '../parts/ask-server.ts';
import { Failure } from '../parts/failure.tsx';
import { useEvents } from '../parts/use-events.ts';
import { useLatest } from '../parts/use-latest.ts';
import { Session } from './session.tsx';
import { SessionApiProvider, serverApi } from './session-api.ts';

/** One session, as it is now: while it is written it grows before one's eyes. */
export function SessionView({ sessionKey, place, state }: ViewProps & { readonly sessionKey: string }) {
  const api = useMemo(() => serverApi(sessionKey), [sessionKey]);
  const [news, setNews] = useState(0);
  const isRead = state !== undefined && state.read === state.files;
  const { value: detail, error } = useLatest<SessionDetail>(sessionPath(sessionKey), `${news} ${isRead}`);
  useEvents<unknown>(
    detail && detail.sealing !== 'sealed' ? sessionPath(sessionKey, '/events') : undefined,
    () => setNews((count) => count + 1),
  );
  if (error) return <Failure error={error} />;
  if (!detail) return <p class="faint pad">…</p>;
  return (
    <SessionApiProvider value={api}>
      <Session detail={detail} query={place.query} />
    </SessionApiProvider>
  );
}
