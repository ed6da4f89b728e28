import { statSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { ChildSession, SessionDetail } from '../../api/index.ts';
import {
  blobType,
  readAllRows,
  readBytes,
  readDetail,
  readLensDifference,
  readMessages,
  readRow,
  readTablePage,
} from '../../reading/index.ts';
import { parseSessionKey, type SessionFile, sessionKey } from '../../sources/index.ts';
import { answerBytes } from '../answer.ts';
import { EventStream } from '../events.ts';
import { type OpenSession, type PageContext, withSession } from '../page-context.ts';
import { type Call, numberOf, type Routes } from '../route.ts';

/** Below `/api/session/KEY`. */
export const sessionRoutes: Routes = {
  '': ({ context, key }) => withSession(context, key, (session) => describeSession(context, key, session)),
  '/row': ({ context, key, query }) =>
    withSession(context, key, ({ sqlite }) => readRow(sqlite, context.source.shape, query.get('id') ?? '')),
  '/all': ({ context, key }) =>
    withSession(context, key, ({ sqlite, sessionId }) =>
      readAllRows(sqlite, context.source.shape, sessionId),
    ),
  '/lens': ({ context, key, query }) =>
    withSession(context, key, (session) =>
      readLensDifference(session, context.source, query.get('id') ?? ''),
    ),
  '/bytes': sendBytes,
  '/messages': ({ context, key, query }) =>
    withSession(context, key, ({ sqlite, sessionId }) =>
      readMessages(sqlite, context.source.shape, {
        sessionId,
        offset: numberOf(query, 'offset', { to: 10_000_000, otherwise: 0 }),
        limit: numberOf(query, 'limit', { from: 1, to: 200, otherwise: 50 }),
      }),
    ),
  '/table': ({ context, key, query }) =>
    withSession(context, key, ({ sqlite }) =>
      readTablePage(sqlite, context.source.shape, {
        name: query.get('name') ?? '',
        offset: numberOf(query, 'offset', { to: 10_000_000, otherwise: 0 }),
        limit: numberOf(query, 'limit', { from: 1, to: 500, otherwise: 100 }),
      }),
    ),
  '/events': sendChanges,
};

function describeSession(context: PageContext, key: string, session: OpenSession): SessionDetail {
  const { file, sessionId, others } = session;
  const { catalog } = context.keeper;
  const detail = readDetail(session, context.source, sessionId);
  const parentId = parentIdOf(context, detail);
  const parent = parentId === null ? undefined : catalog.findSession(parentId)[0];
  return {
    ...detail,
    key,
    path: file.path,
    sizeBytes: file.sizeBytes,
    sealing: file.sealing,
    children:
      sessionId === null ? [] : catalog.findChildren(sessionId).map((child) => toChild(child, detail.steps)),
    parentKey: parent?.key ?? null,
    siblings: others.map((id) => ({ key: sessionKey(file.key, id, false), sessionId: id })),
  };
}

function parentIdOf({ source }: PageContext, { session }: Pick<SessionDetail, 'session'>): string | null {
  const column = source.shape.sessions?.roles.parentSessionId;
  const value = column && session ? session[column] : null;
  return typeof value === 'string' ? value : null;
}

type Child = ReturnType<PageContext['keeper']['catalog']['findChildren']>[number];

function toChild(child: Child, steps: SessionDetail['steps']): ChildSession {
  const { key, sessionId, agentName, title, status, startedAtMs, durationMs, failures } = child;
  const parentStep = `tool_calls:${child.parentCallSeq}`;
  return {
    ...{ key, agentName, title, status, startedAtMs, durationMs, failures, steps: child.steps },
    sessionId: sessionId ?? '',
    parentStep: steps.some(({ id }) => id === parentStep) ? parentStep : null,
  };
}

async function sendBytes({ context, key, query, request, response }: Call): Promise<undefined> {
  const column = query.get('column') ?? '';
  const bytes = await withSession(context, key, ({ sqlite }) =>
    readBytes(sqlite, context.source.shape, query.get('id') ?? '', column),
  );
  const type = blobType(bytes);
  const isShown = type.startsWith('image/') && !query.has('download');
  const name = `${column.replaceAll(/[^\w-]/g, '_')}.${type.split('/')[1]?.replace('octet-stream', 'bin')}`;
  await answerBytes({ request, response }, Buffer.from(bytes), {
    'Content-Type': isShown ? type : 'application/octet-stream',
    'Content-Disposition': isShown ? 'inline' : `attachment; filename="${name}"`,
    'Content-Security-Policy': "default-src 'none'; sandbox",
  });
}

const lookEveryMs = 200;

/** Tells when the file, or what its writer has put beside it, is no longer what it was. */
async function sendChanges({ context, key, request, response }: Call): Promise<undefined> {
  const file = context.keeper.catalog.file(parseSessionKey(key).file);
  const stream = new EventStream({ request, response });
  let last = file && fingerprint(context, file);
  // What was written between the client's first question and now.
  stream.send({ type: 'changed' });
  while (file && !stream.ended.aborted) {
    await setTimeout(lookEveryMs, undefined, { signal: stream.ended }).catch(() => {});
    const now = fingerprint(context, file);
    if (now === last || stream.ended.aborted) continue;
    last = now;
    if (!context.source.remote) context.keeper.walk();
    stream.send({ type: 'changed' });
  }
  stream.end();
}

/** Of an object, as the last listing told it. */
function fingerprint({ source, keeper }: PageContext, { key, path }: SessionFile): string {
  if (source.remote) return keeper.catalog.file(key)?.fingerprint ?? '';
  return ['', '-wal']
    .map((suffix) => statSync(path + suffix, { throwIfNoEntry: false }))
    .map((stat) => (stat ? `${stat.ino} ${stat.size} ${stat.mtimeMs}` : ''))
    .join();
}
