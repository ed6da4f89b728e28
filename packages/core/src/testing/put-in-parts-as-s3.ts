import { type Exchange, escapeXml, refusalOf, refuse, toObject } from './bucket-exchange.ts';

/** Parts of uploads that are not complete lie among the objects, under a name that no key has. */
export function putInParts({ objects, key, url, request, body, response }: Exchange, upload: string | null) {
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
