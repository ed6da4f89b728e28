import { useEffect, useState } from 'preact/hooks';

/** Where the page is: what the address bar says, without the token. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** A file from the disk may not change its address: what it shows is known here alone. */
const inFile = location.protocol === 'file:' ? { address: '' } : undefined;

function readPlace(): Place {
  if (inFile) return { path: '/', query: new URLSearchParams(inFile.address.split('?')[1]) };
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

const listeners = new Set<() => void>();
window.addEventListener('popstate', tell);

function tell(): void {
  for (const listener of listeners) listener();
}

/** The cookie has the token by now: an address that is shared or shown lacks it. */
export function forgetToken(): void {
  const { path, query } = readPlace();
  if (!query.has('token')) return;
  query.delete('token');
  history.replaceState(null, '', addressOf(path, query));
}

export function addressOf(path: string, query: URLSearchParams): string {
  return query.size > 0 ? `${path}?${query}` : path;
}

export function goTo(address: string, how: 'push' | 'replace' = 'push'): void {
  if (inFile) inFile.address = address;
  else if (how === 'push') history.pushState(null, '', address);
  else history.replaceState(null, '', address);
  tell();
}

/** Sets and removes (by null) parts of the query; by default without a step in the history. */
export function changeQuery(
  changes: Readonly<Record<string, string | null>>,
  how: 'push' | 'replace' = 'replace',
): void {
  const { path, query } = readPlace();
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') query.delete(name);
    else query.set(name, value);
  }
  goTo(addressOf(path, query), how);
}

export function usePlace(): Place {
  const [place, setPlace] = useState(readPlace);
  useEffect(() => {
    const update = () => setPlace(readPlace());
    listeners.add(update);
    return () => void listeners.delete(update);
  }, []);
  return place;
}
