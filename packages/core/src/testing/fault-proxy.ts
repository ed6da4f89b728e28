import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What goes wrong on the way to a server; undefined lets the request through. */
export type ProxyFault =
  | { readonly status: number; readonly code: string }
  /** The connection ends before the server is asked, after it has done what was asked, or in the middle of its answer. */
  | 'lost'
  | 'unanswered'
  | 'torn';

export interface FaultProxy extends AsyncDisposable {
  readonly endpoint: string;
  /** As in `GET bucket/key`, in the order in which they came. */
  readonly requests: string[];
  /** Asked before each request; it may do something behind its back first. */
  fault:
    | ((request: string, nth: number) => ProxyFault | undefined | Promise<ProxyFault | undefined>)
    | undefined;
}

/**
 * Stands before another program's server of S3, which can be made to fail so. It holds to the conditions of writes, which such
 * servers pass over.
 */
export async function proxyFaults(target: string): Promise<FaultProxy> {
  const proxy: Omit<FaultProxy, 'endpoint' | typeof Symbol.asyncDispose> = { requests: [], fault: undefined };
  const server = createServer(async (request, response) => {
    const said = `${request.method} ${decodeURIComponent((request.url ?? '/').split('?')[0] ?? '').slice(1)}`;
    proxy.requests.push(said);
    const fault = await proxy.fault?.(said, proxy.requests.length);
    const body = await buffer(request);
    if (fault === 'lost') request.socket.destroy();
    else if (typeof fault === 'object') refuse(response, fault);
    else if (await isRefused(target, request)) refuse(response, { status: 412, code: 'PreconditionFailed' });
    else await pass({ target, request, response, body, fault });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(proxy, {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

async function isRefused(target: string, { method, url, headers }: IncomingMessage): Promise<boolean> {
  const { 'if-match': etag, 'if-none-match': unless } = headers;
  if (method !== 'PUT' || (etag === undefined && unless === undefined)) return false;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  send(new URL(target).origin + url, { method: 'HEAD', headers: { host: headers.host } }, resolve)
    .on('error', reject)
    .end();
  const there = await promise;
  there.resume();
  const isThere = there.statusCode === 200;
  return unless === '*' ? isThere : !isThere || there.headers.etag !== etag;
}

interface Passage {
  readonly target: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
  readonly fault: 'unanswered' | 'torn' | undefined;
}

async function pass({ target, request, response, body, fault }: Passage): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { method, headers, url } = request;
  send(new URL(target).origin + url, { method, headers }, resolve)
    .on('error', reject)
    .end(body);
  const answer = await promise;
  const bytes = await buffer(answer);
  if (fault === 'unanswered') return void request.socket.destroy();
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  if (fault !== 'torn') return void response.end(bytes);
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
}

function refuse(response: ServerResponse, { status, code }: { status: number; code: string }): void {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}
