import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { VarveError } from '@varve/schema';
import type { ApiError } from '../api/index.ts';
import { problemOfError } from '../reading/index.ts';

/**
 * Nothing but what the server itself sent is run, shown or asked: texts of archives are hostile until proven otherwise.
 * Source: https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const common = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const;

export type Headers = Readonly<Record<string, string>>;

const compress = promisify(gzip);

/** Smaller answers are not worth it; larger ones travel within the machine, where packing them takes longer than sending. */
const packed = { from: 2_000, to: 200_000 };

export async function answerBytes(
  { request, response }: Exchange,
  bytes: Buffer | string,
  headers: Headers,
  status = 200,
): Promise<void> {
  const body = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  const isPacked =
    /\bgzip\b/.test(String(request.headers['accept-encoding'])) &&
    /text|json|javascript/.test(headers['Content-Type'] ?? '') &&
    body.length > packed.from &&
    body.length < packed.to;
  const sent = isPacked ? await compress(body, { level: 4 }) : body;
  response.writeHead(status, {
    ...common,
    ...headers,
    'Content-Length': String(sent.length),
    ...(isPacked && { 'Content-Encoding': 'gzip' }),
  });
  response.end(request.method === 'HEAD' ? undefined : sent);
}

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export async function answerJson(exchange: Exchange, value: unknown, status = 200): Promise<void> {
  await answerBytes(
    exchange,
    JSON.stringify(value),
    { 'Content-Type': 'application/json; charset=utf-8' },
    status,
  );
}

/** A stream of `text/event-stream` or of JSON lines, until one side ends it. */
export function beginStream({ response }: Exchange, type: string): void {
  response.writeHead(200, { ...common, 'Content-Type': type, 'X-Accel-Buffering': 'no' });
  response.flushHeaders();
}

export async function answerError(exchange: Exchange, error: unknown): Promise<void> {
  const problem = toApiError(error);
  await answerJson(
    exchange,
    problem,
    problem.code === 'PAGE_NOT_FOUND' ? 404 : problem.code === 'PAGE_REFUSED' ? 403 : 422,
  );
}

/** What can be said of an error. @throws an error that is a mistake in the program */
export function toApiError(error: unknown): ApiError {
  const { code, message, hint } = error instanceof VarveError ? error : problemOfError(error, '');
  return { code, message, hint };
}
