import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server of S3 whose bucket lists as many archives as it is told, and holds none: says its port, and ends with its parent. */
const total = Number(process.argv[2]);

const server = createServer((request, response) => {
  const after = new URL(request.url ?? '/', 'http://bucket').searchParams.get('start-after') ?? '';
  const from = after === '' ? 0 : Number(/(\d+)\.db$/.exec(after)?.[1]) + 1;
  const to = Math.min(total, from + 1000);
  const entries = Array.from({ length: Math.max(0, to - from) }, (_, at) => entry(from + at));
  response
    .writeHead(200, { 'content-type': 'application/xml' })
    .end(
      `<?xml version="1.0"?><ListBucketResult><IsTruncated>${to < total}</IsTruncated>${entries.join('')}</ListBucketResult>`,
    );
});

function entry(at: number): string {
  const key = `fleet/${String(at).padStart(9, '0')}.db`;
  const etag = at.toString(16).padStart(32, '0');
  return `<Contents><Key>${key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>100000</Size></Contents>`;
}

server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());
