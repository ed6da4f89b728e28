import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ChildSession, SessionDetail } from '../../../src/api/session-detail.ts';
import { askServer, sessionPath } from '../parts/ask-server.ts';
import { changeQuery } from '../parts/place.ts';
import type { OpenSessions } from './arrange-steps.ts';

/** Sessions that a session started are open from the start while all of them together have no more steps than this. */
const fewSteps = 300;
const fewSessions = 20;

export interface OpenSessionsState {
  readonly open: OpenSessions;
  toggle(key: string): void;
}

/** Which of the sessions that `detail` started are shown within it: what the address says, or all if they are few. */
export function useOpenSessions(
  detail: SessionDetail,
  query: URLSearchParams,
  hasOthers: boolean,
): OpenSessionsState {
  const [read, setRead] = useState<ReadonlyMap<string, Read>>(new Map());
  const named = query.get('open');
  const wanted = useMemo(
    () => (hasOthers ? wantedOf(detail, named, read) : []),
    [detail, named, read, hasOthers],
  );
  const lacking = wanted.filter((child) => read.get(child.key)?.state !== stateOf(child));
  useEffect(() => {
    if (lacking.length === 0) return;
    let isCurrent = true;
    void Promise.all(lacking.map(readChild)).then((found) => {
      if (isCurrent) setRead((known) => new Map([...known, ...found.flat()]));
    });
    return () => {
      isCurrent = false;
    };
  }, [lacking.map((child) => `${child.key} ${stateOf(child)}`).join()]);
  const open = useMemo(() => openOf(wanted, read), [wanted, read]);
  const toggle = (key: string) => {
    const keys = wanted.map((child) => child.key);
    const now = keys.includes(key) ? keys.filter((it) => it !== key) : [...keys, key];
    changeQuery({ open: now.join(',') || 'none' });
  };
  return { open, toggle };
}

function openOf(wanted: readonly ChildSession[], read: ReadonlyMap<string, Read>): OpenSessions {
  const found = wanted.flatMap(({ key }): [string, SessionDetail][] => {
    const detail = read.get(key)?.detail;
    return detail ? [[key, detail]] : [];
  });
  return new Map(found);
}

interface Read {
  /** Of the child, as its parent tells it: when that changes it is read again. */
  readonly state: string;
  readonly detail: SessionDetail | undefined;
}

function stateOf({ status, steps, durationMs }: ChildSession): string {
  return `${status} ${steps} ${durationMs}`;
}

/** One that cannot be read stays shut, and says why where it is opened by itself. */
async function readChild(child: ChildSession): Promise<[string, Read][]> {
  const detail = await askServer<SessionDetail>(sessionPath(child.key)).catch(() => undefined);
  return [[child.key, { state: stateOf(child), detail }]];
}

function wantedOf(
  detail: SessionDetail,
  named: string | null,
  read: ReadonlyMap<string, Read>,
): ChildSession[] {
  const names = named === null ? undefined : new Set(named.split(','));
  const wanted: ChildSession[] = [];
  const seen = new Set([detail.key]);
  let [steps, of] = [0, [detail]];
  while (of.length > 0) {
    const children = of.flatMap((it) => it.children).filter(({ key }) => !seen.has(key));
    for (const child of children) seen.add(child.key);
    steps += children.reduce((sum, child) => sum + (child.steps ?? 0), 0);
    const isFew = steps <= fewSteps && wanted.length + children.length <= fewSessions;
    const chosen = names ? children.filter(({ key }) => names.has(key)) : isFew ? children : [];
    wanted.push(...chosen);
    of = chosen.flatMap(({ key }) => read.get(key)?.detail ?? []);
  }
  return wanted;
}
