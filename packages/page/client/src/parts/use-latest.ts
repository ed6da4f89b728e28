import { useEffect, useRef, useState } from 'preact/hooks';
import { askServer, ServerError } from './ask-server.ts';
import type { Answer } from './use-answer.ts';

/**
 * What the server answers now. When there is news it is asked again, one question at a time and with pauses as long as
 * the answers take, so that a large answer that keeps changing does not become all that is done.
 */
export function useLatest<T>(path: string, news: unknown): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>({ value: undefined, error: undefined });
  const asking = useRef(false);
  const asked = useRef<unknown>(undefined);
  const latest = useRef(news);
  latest.current = news;
  useEffect(() => {
    let isOver = false;
    const ask = async () => {
      if (asking.current || asked.current === latest.current) return;
      asking.current = true;
      asked.current = latest.current;
      const startedMs = performance.now();
      try {
        const value = await askServer<T>(path);
        if (!isOver) setAnswer({ value, error: undefined });
      } catch (error) {
        if (!(error instanceof ServerError)) throw error;
        if (!isOver) setAnswer((before) => (before.value ? before : { value: undefined, error }));
      } finally {
        asking.current = false;
      }
      if (!isOver && asked.current !== latest.current) setTimeout(ask, performance.now() - startedMs);
    };
    void ask();
    return () => {
      isOver = true;
      asking.current = false;
      asked.current = undefined;
    };
  }, [path, news]);
  return answer;
}
