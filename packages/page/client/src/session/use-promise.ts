import { useEffect, useState } from 'preact/hooks';
import { ServerError } from '../parts/ask-server.ts';

export interface Promised<T> {
  readonly value: T | undefined;
  readonly error: ServerError | undefined;
}

/** What a promise gives, for as long as the keys are the same. */
export function usePromise<T>(
  make: (() => Promise<T>) | undefined,
  ...keys: readonly unknown[]
): Promised<T> {
  const name = JSON.stringify(keys);
  const [state, setState] = useState<Promised<T> & { readonly name: string }>({
    name: '',
    value: undefined,
    error: undefined,
  });
  useEffect(() => {
    let isWanted = true;
    make?.().then(
      (value) => isWanted && setState({ name, value, error: undefined }),
      (error: unknown) => {
        if (!(error instanceof ServerError)) throw error;
        if (isWanted) setState({ name, value: undefined, error });
      },
    );
    return () => {
      isWanted = false;
    };
  }, [name]);
  return state.name === name ? state : { value: undefined, error: undefined };
}
