import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface Guard {
  readonly token: string;
  readonly host: string;
  readonly port: number;
}

/** Why a request is not answered; undefined for one that the page itself, or who holds its address, sent. */
export function refusalOf(request: IncomingMessage, guard: Guard): string | undefined {
  const { method = '', headers } = request;
  if (method !== 'GET' && method !== 'HEAD') return 'the page answers GET alone: it changes nothing';
  const hosts = allowedHosts(guard);
  // A name that somebody has pointed here, to have a browser read for them, is none of these: DNS rebinding.
  if (!hosts.includes(headers.host?.toLowerCase() ?? '')) return 'the request is for another host';
  const { origin } = headers;
  if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`))
    return 'the request is from another origin';
  const site = headers['sec-fetch-site'];
  const isOpened = headers['sec-fetch-mode'] === 'navigate';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isOpened)
    return 'the request is from another site';
  if (!tokensOf(request, guard).some((token) => isSame(token, guard.token)))
    return 'the request has no valid token';
  return undefined;
}

/** Both are by name and by number what the server listens on, so that a cookie of one port is not sent to another. */
export function cookieName({ port }: Pick<Guard, 'port'>): string {
  return `varve_${port}`;
}

function allowedHosts({ host, port }: Guard): string[] {
  const names = isLoopback(host) ? ['127.0.0.1', 'localhost', '[::1]', host] : [host];
  return names.map((name) => `${name.toLowerCase()}:${port}`);
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

function tokensOf({ url = '', headers }: IncomingMessage, guard: Guard): string[] {
  const query = new URLSearchParams(url.split('?')[1]).get('token');
  const cookies = (headers.cookie ?? '').split(/; */).map((pair) => pair.split('='));
  const cookie = cookies.find(([name]) => name === cookieName(guard))?.[1];
  return [query, cookie].filter((it) => typeof it === 'string');
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
