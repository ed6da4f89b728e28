import { VarveError } from '@varve/schema';
import { answerBytes, answerError, answerJson, type Exchange } from './answer.ts';
import { cookieName, type Guard, refusalOf } from './guard.ts';
import type { PageContext } from './page-context.ts';
import type { Route, Routes } from './route.ts';
import { askRoutes } from './routes/ask-routes.ts';
import { fleetRoutes } from './routes/fleet-routes.ts';
import { listRoutes } from './routes/list-routes.ts';
import { sessionRoutes } from './routes/session-routes.ts';
import type { StaticFile } from './static-files.ts';

export interface Page {
  readonly guard: Guard;
  readonly context: PageContext;
  readonly files: ReadonlyMap<string, StaticFile>;
}

/** Answers one request; an error becomes an answer. */
export async function handleRequest(page: Page, exchange: Exchange): Promise<void> {
  try {
    const refusal = refusalOf(exchange.request, page.guard);
    if (refusal) await refuse(exchange, refusal);
    else await answer(page, exchange);
  } catch (error) {
    if (exchange.response.headersSent) exchange.response.destroy();
    else await answerError(exchange, error).catch(() => exchange.response.destroy());
  }
}

async function answer(page: Page, exchange: Exchange): Promise<void> {
  const { pathname, searchParams: query } = new URL(exchange.request.url ?? '/', 'http://page');
  if (!pathname.startsWith('/api/')) return answerFile(page, exchange, pathname);
  const [, key = '', rest = ''] = /^\/api\/session\/([^/]+)(\/.*)?$/.exec(pathname) ?? [];
  const route: Route | undefined = key ? sessionRoutes[rest] : routes[pathname];
  if (!route) throw unknownAddress(pathname);
  const value = await route({ ...exchange, context: page.context, query, key: decodeURIComponent(key) });
  if (value !== undefined) await answerJson(exchange, value);
}

const routes: Routes = { ...listRoutes, ...fleetRoutes, ...askRoutes };

/** Every other address is one of the client's own. */
async function answerFile({ files, guard }: Page, exchange: Exchange, pathname: string): Promise<void> {
  const file = files.get(pathname);
  if (file) return answerBytes(exchange, file.bytes, { 'Content-Type': file.type });
  const index = files.get('/index.html');
  if (!index || /\.\w+$/.test(pathname)) throw unknownAddress(pathname);
  // The address is seen by nobody else then: the client takes the token out of it.
  const cookie = `${cookieName(guard)}=${guard.token}; Path=/; HttpOnly; SameSite=Strict`;
  return answerBytes(exchange, index.bytes, { 'Content-Type': index.type, 'Set-Cookie': cookie });
}

async function refuse(exchange: Exchange, reason: string): Promise<void> {
  const error = new VarveError('PAGE_REFUSED', reason, { hint: 'open the address that varve serve printed' });
  const isPage = /text\/html/.test(String(exchange.request.headers.accept));
  if (!isPage) return answerError(exchange, error);
  const text = `${error.code}: ${error.message}\n${error.hint}\n`;
  return answerBytes(exchange, text, { 'Content-Type': 'text/plain; charset=utf-8' }, 403);
}

function unknownAddress(pathname: string): VarveError {
  return new VarveError('PAGE_NOT_FOUND', `nothing is at ${pathname.slice(0, 200)}`, {
    hint: 'go to the first page',
  });
}
