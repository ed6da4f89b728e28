import { useEffect, useRef } from 'preact/hooks';

/** Listens to what the server sends, as long as the component is there. */
export function useEvents<T>(path: string | undefined, onEvent: (event: T) => void): void {
  const latest = useRef(onEvent);
  latest.current = onEvent;
  useEffect(() => {
    if (path === undefined) return;
    const events = new EventSource(path);
    events.onmessage = ({ data }) => latest.current(JSON.parse(String(data)) as T);
    return () => events.close();
  }, [path]);
}
