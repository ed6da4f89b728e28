import type { TableModule } from '@varve/migrations';
import type { Calls } from './calls.ts';
import type { SessionFile } from './session-file.ts';

interface Links {
  readonly file: SessionFile<TableModule>;
  readonly calls: Calls;
}

const linked = new WeakMap<object, Links>();

/** Each `Session` is linked when it is made. */
export function linkSession<TTables extends TableModule>(
  session: object,
  file: SessionFile<TTables>,
  calls: Calls,
): void {
  linked.set(session, { file: file as unknown as SessionFile<TableModule>, calls });
}

/** What a session is made of, for those in this room that do with it what its own methods do not. */
export function linksOf(session: object): Links {
  const links = linked.get(session);
  if (!links) throw new TypeError('no session');
  return links;
}
