import { createHash } from 'node:crypto';
import { basename } from 'node:path';

/**
 * Where in a bucket an archive of a name lies. `date`: by the day of its session, `2026/01/31/<name>`, by which a year is
 * listed or put away as a whole. `hash`: by what its name hashes to, `a3/f1/<name>`, evenly over 65,536 folders, by which a
 * bucket takes any rate of requests from the start and a listing can be divided. `flat`: as it is called.
 */
export const keyLayouts = ['date', 'hash', 'flat'] as const;
export type KeyLayout = (typeof keyLayouts)[number];

/** The same name has the same key, wherever and whenever it is asked for. */
export function placeKey(path: string, layout: KeyLayout, mtimeMs: number): string {
  const name = basename(path);
  if (layout === 'flat') return name;
  if (layout === 'hash') {
    const hash = createHash('sha256').update(name).digest('hex');
    return `${hash.slice(0, 2)}/${hash.slice(2, 4)}/${name}`;
  }
  return `${dayOfName(path, mtimeMs).replaceAll('-', '/')}/${name}`;
}

/** The day of an archive by its name, else by the file's own time: `2026-01-31`, in UTC. */
export function dayOfName(path: string, mtimeMs: number): string {
  return new Date(startOf(basename(path)) ?? mtimeMs).toISOString().slice(0, 10);
}

/** A session's id is a UUID of version 7, which begins with its time. Source: RFC 9562 §5.7 */
function startOf(name: string): number | undefined {
  const [, high, low] =
    /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/i.exec(name) ?? [];
  return high === undefined || low === undefined ? undefined : Number.parseInt(high + low, 16);
}
