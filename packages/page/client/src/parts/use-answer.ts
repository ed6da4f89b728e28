import { useEffect, useState } from 'preact/hooks';
import { askServer, ServerError } from './ask-server.ts';

export interface Answer<T> {
  readonly value: T | undefined;
  readonly error: ServerError | undefined;
}

/** What the server answers; the last answer stays until the next one is there, unless the address is another. */
export function useAnswer<T>(path: string | undefined, again: unknown = undefined): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T> & { readonly path?: string | undefined }>({
    value: undefined,
    error: undefined,
  });
  useEffect(() => {
    if (path === undefined) return;
    const stop = new AbortController();
    askServer<T>(path, stop.signal)
      .then((value) => setAnswer({ path, value, error: undefined }))
      .catch((error: unknown) => {
        if (stop.signal.aborted) return;
        if (!(error instanceof ServerError)) throw error;
        setAnswer({ path, value: undefined, error });
      });
    return () => stop.abort();
  }, [path, again]);
  return answer.path === path ? answer : { value: undefined, error: undefined };
}
