import { request } from 'node:http';
import { expect, onTestFinished } from 'vitest';
import type { SessionPage } from '../api/session-list.ts';
import { type ServePageOptions, servePage } from '../serve/serve-page.ts';

export interface TestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface TestPage {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  /** Asks with the token, as the page's own client does, unless the headers say otherwise. */
  ask(
    path: string,
    options?: { readonly method?: string; readonly headers?: Record<string, string> },
  ): Promise<TestAnswer>;
  /** The answer as JSON. */
  json<T>(path: string): Promise<T>;
  /** Waits until every file was read. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** The page, served for as long as the running test takes. */
export async function serveTestPage(
  where: string | readonly string[],
  options: ServePageOptions,
): Promise<TestPage> {
  const page = await servePage(where, options);
  onTestFinished(page.close);
  const url = new URL(page.url);
  const [port, token] = [Number(url.port), url.searchParams.get('token') ?? ''];
  const ask: TestPage['ask'] = (path, { method = 'GET', headers = {} } = {}) =>
    askOnce({ port, path, method, headers: { cookie: `varve_${port}=${token}`, ...headers } });
  const json: TestPage['json'] = async (path) => JSON.parse((await ask(path)).text);
  const settle = async () => {
    const areRead = ({ rows }: SessionPage) => rows.every(({ isRead, code }) => isRead || code !== null);
    await expect.poll(async () => areRead(await json('/api/sessions?limit=500'))).toBe(true);
  };
  return {
    url: page.url,
    port,
    token,
    ask,
    json,
    settle,
    close: page.close,
  };
}

interface TestRequest {
  readonly port: number;
  readonly path: string;
  readonly method: string;
  readonly headers: Record<string, string>;
}

/** By Node's own client: `fetch` does not let one choose the Host. */
function askOnce({ port, path, method, headers }: TestRequest): Promise<TestAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<TestAnswer>();
  const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
    });
  });
  sent.on('error', reject);
  sent.end();
  return promise;
}
