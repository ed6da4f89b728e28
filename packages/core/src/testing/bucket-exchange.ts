import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface StoredObject {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly modified: Date;
  readonly contentType: string;
}

export interface Exchange {
  readonly objects: Map<string, StoredObject>;
  readonly key: string;
  readonly url: URL;
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly response: ServerResponse;
  readonly isTorn: boolean;
  readonly pageSize: number;
}

export function refusalOf(
  there: StoredObject | undefined,
  request: IncomingMessage,
): [number, string] | undefined {
  const { 'if-none-match': unless, 'if-match': etag } = request.headers;
  if (unless === '*' && there) return [412, 'PreconditionFailed'];
  if (etag !== undefined && !there) return [404, 'NoSuchKey'];
  return etag !== undefined && there?.etag !== etag ? [412, 'PreconditionFailed'] : undefined;
}

export function toObject(bytes: Buffer, contentType: string): StoredObject {
  const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
  return { bytes, etag, contentType, modified: new Date() };
}

export function refuse(response: ServerResponse, status: number, code: string): ServerResponse {
  return response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
