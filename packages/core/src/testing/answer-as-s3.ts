import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import {
  type Exchange,
  escapeXml,
  refusalOf,
  refuse,
  type StoredObject,
  toObject,
} from './bucket-exchange.ts';
import { putInParts } from './put-in-parts-as-s3.ts';

/** As far as varve uses one: it lists in order, gives ranges, and honours conditional writes. */
export function answer(exchange: Exchange): ServerResponse {
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
