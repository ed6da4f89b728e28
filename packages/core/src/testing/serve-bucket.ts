import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface StoredObject {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly modified: Date;
  readonly contentType: string;
}

/** What a server of S3 does wrong; undefined lets the request through. */
export type BucketFault =
  | { readonly status: number; readonly code: string }
  /** The connection ends before an answer, without it although the work is done, or in the middle of the object. */
  | 'lost'
  | 'unanswered'
  | 'torn';

export interface ServedBucket extends AsyncDisposable {
  readonly endpoint: string;
  /** By bucket and key, as in `bucket/a/b.db`. */
  readonly objects: Map<string, StoredObject>;
  /** As in `GET bucket/key`, in the order in which they came. */
  readonly requests: string[];
  /** Asked before each request. */
  fault: ((request: string, nth: number) => BucketFault | undefined) | undefined;
  /** How many keys a listing gives at once: 1000 unless set. */
  pageSize: number;
  put(key: string, bytes: Uint8Array): void;
}

/**
 * A server of S3 in this process, as far as varve uses one: it lists in order, gives ranges, and honours conditional
 * writes. It serves one bucket and keeps it in memory.
 */
export async function serveBucket(): Promise<ServedBucket> {
  const objects: ServedBucket['objects'] = new Map();
  const served: Omit<ServedBucket, 'endpoint' | typeof Symbol.asyncDispose> = {
    objects,
    requests: [],
    fault: undefined,
    pageSize: 1000,
    put: (key, bytes) => void objects.set(key, toObject(Buffer.from(bytes), 'application/octet-stream')),
  };
  const server = createServer(async (request, response) => {
    // Not by URL's rules: it would take the dots out of `a/../b`.
    const [path = '', query = ''] = (request.url ?? '/').split('?');
    const url = new URL(`http://bucket/?${query}`);
    const key = decodeURIComponent(path.slice(1));
    const said = `${request.method} ${key}`;
    served.requests.push(said);
    const fault = served.fault?.(said, served.requests.length);
    const body = await readBody(request);
    if (fault === 'lost') return void request.socket.destroy();
    if (typeof fault === 'object') return void refuse(response, fault.status, fault.code);
    answer({
      objects,
      key,
      url,
      request,
      body,
      response: fault === 'unanswered' ? new ServerResponse(request) : response,
      isTorn: fault === 'torn',
      pageSize: served.pageSize,
    });
    if (fault === 'unanswered') request.socket.destroy();
  });
  const { port } = await listen(server);
  return Object.assign(served, {
    endpoint: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

async function listen(server: Server): Promise<AddressInfo> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address() as AddressInfo;
}

interface Exchange {
  readonly objects: Map<string, StoredObject>;
  readonly key: string;
  readonly url: URL;
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly response: ServerResponse;
  readonly isTorn: boolean;
  readonly pageSize: number;
}

function answer(exchange: Exchange): ServerResponse {
  const { objects, key, url, request, response } = exchange;
  if (request.method === 'GET' && url.searchParams.get('list-type') === '2') return list(exchange);
  if (request.method === 'GET' || request.method === 'HEAD') return get(exchange);
  const upload = url.searchParams.get('uploadId');
  if (request.method === 'POST' || upload !== null) return putInParts(exchange, upload);
  if (request.method === 'PUT') return put(exchange);
  if (request.method !== 'DELETE') return refuse(response, 501, 'NotImplemented');
  objects.delete(key);
  return response.writeHead(204).end();
}

/** Parts of uploads that are not complete lie among the objects, under a name that no key has. */
function putInParts({ objects, key, url, request, body, response }: Exchange, upload: string | null) {
  const xml = { 'content-type': 'application/xml' };
  if (upload === null) {
    const id = `<UploadId>${objects.size}-${Date.now()}</UploadId>`;
    return response
      .writeHead(200, xml)
      .end(`<?xml version="1.0"?><InitiateMultipartUploadResult>${id}</InitiateMultipartUploadResult>`);
  }
  const prefix = `parts of ${upload}/`;
  const parts = [...objects].filter(([name]) => name.startsWith(prefix));
  if (request.method === 'PUT') {
    const part = toObject(body, '');
    objects.set(prefix + url.searchParams.get('partNumber')?.padStart(5, '0'), part);
    return response.writeHead(200, { etag: part.etag }).end();
  }
  const refusal = request.method === 'POST' ? refusalOf(objects.get(key), request) : undefined;
  if (refusal) return refuse(response, ...refusal);
  for (const [name] of parts) objects.delete(name);
  if (request.method === 'DELETE') return response.writeHead(204).end();
  const bytes = Buffer.concat(parts.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part.bytes));
  const object = toObject(bytes, '');
  objects.set(key, object);
  const etag = `<ETag>${escapeXml(object.etag)}</ETag>`;
  return response
    .writeHead(200, xml)
    .end(`<?xml version="1.0"?><CompleteMultipartUploadResult>${etag}</CompleteMultipartUploadResult>`);
}

function refusalOf(there: StoredObject | undefined, request: IncomingMessage): [number, string] | undefined {
  const { 'if-none-match': unless, 'if-match': etag } = request.headers;
  if (unless === '*' && there) return [412, 'PreconditionFailed'];
  if (etag !== undefined && !there) return [404, 'NoSuchKey'];
  return etag !== undefined && there?.etag !== etag ? [412, 'PreconditionFailed'] : undefined;
}

function put({ objects, key, request, body, response }: Exchange): ServerResponse {
  const refusal = refusalOf(objects.get(key), request);
  if (refusal) return refuse(response, ...refusal);
  const checksum = request.headers['x-amz-checksum-sha256'];
  const hash = createHash('sha256').update(body).digest('base64');
  if (checksum !== undefined && checksum !== hash) return refuse(response, 400, 'BadDigest');
  const object = toObject(body, request.headers['content-type'] ?? '');
  objects.set(key, object);
  return response.writeHead(200, { etag: object.etag }).end();
}

function get({ objects, key, request, response, isTorn }: Exchange): ServerResponse {
  const object = objects.get(key);
  if (!object) return refuse(response, 404, 'NoSuchKey');
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  const start = Number(from ?? 0);
  if (from !== undefined && start >= object.bytes.length) return refuse(response, 416, 'InvalidRange');
  const bytes = object.bytes.subarray(start, to === undefined ? undefined : Number(to) + 1);
  response.writeHead(from === undefined ? 200 : 206, {
    etag: object.etag,
    'content-length': bytes.length,
    'content-type': object.contentType,
    'last-modified': object.modified.toUTCString(),
    ...(from !== undefined && {
      'content-range': `bytes ${start}-${start + bytes.length - 1}/${object.bytes.length}`,
    }),
  });
  if (!isTorn) return response.end(bytes);
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
  return response;
}

function list({ objects, key, url, response, pageSize }: Exchange): ServerResponse {
  const bucket = key.split('/')[0];
  const prefix = `${bucket}/${url.searchParams.get('prefix') ?? ''}`;
  const after = `${bucket}/${url.searchParams.get('start-after') ?? ''}`;
  const limit = Math.min(pageSize, Number(url.searchParams.get('max-keys') ?? pageSize));
  const keys = [...objects.keys()].filter((it) => it.startsWith(prefix) && it > after).sort();
  const contents = keys.slice(0, limit).map((it) => renderEntry(it, objects.get(it) as StoredObject));
  return response
    .writeHead(200, { 'content-type': 'application/xml' })
    .end(
      `<?xml version="1.0"?><ListBucketResult><IsTruncated>${keys.length > limit}</IsTruncated>${contents.join('')}</ListBucketResult>`,
    );
}

function renderEntry(key: string, { etag, bytes, modified }: StoredObject): string {
  const name = escapeXml(key.slice(key.indexOf('/') + 1));
  const facts = `<ETag>${escapeXml(etag)}</ETag><Size>${bytes.length}</Size>`;
  return `<Contents><Key>${name}</Key><LastModified>${modified.toISOString()}</LastModified>${facts}</Contents>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function toObject(bytes: Buffer, contentType: string): StoredObject {
  const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
  return { bytes, etag, contentType, modified: new Date() };
}

function refuse(response: ServerResponse, status: number, code: string): ServerResponse {
  return response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
