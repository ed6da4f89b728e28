import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { resetS3Client } from '../../../core/src/store/s3-client.ts';
import { newNotes, streamCandidates } from './index.ts';

/** Lists so many keys, a thousand at a time, and holds none. Now and then it is busy, or hangs up. */
async function serveListing(total: number): Promise<{ requests: () => number }> {
  let requests = 0;
  const server: Server = createServer((request, response) => {
    requests += 1;
    if (requests % 40 === 3) return void request.socket.destroy();
    if (requests % 40 === 20) return void response.writeHead(503).end('<Error><Code>SlowDown</Code></Error>');
    const after = new URL(request.url ?? '/', 'http://x').searchParams.get('start-after') ?? '';
    const from = after === '' ? 0 : Number(/(\d+)\.db$/.exec(after)?.[1]) + 1;
    const to = Math.min(total, from + 1000);
    const entries = Array.from(
      { length: to - from },
      (_, at) =>
        `<Contents><Key>fleet/${String(from + at).padStart(9, '0')}.db</Key><ETag>"e"</ETag><Size>9</Size></Contents>`,
    );
    const isCut = `<IsTruncated>${to < total}</IsTruncated>`;
    response.end(`<?xml version="1.0"?><ListBucketResult>${isCut}${entries.join('')}</ListBucketResult>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL_S3', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  resetS3Client();
  onTestFinished(() => {
    vi.unstubAllEnvs();
    resetS3Client();
    server.closeAllConnections();
    server.close();
  });
  return { requests: () => requests };
}

it('lists 100,000 keys in order, each once, where the store is busy now and then and hangs up', async () => {
  const { requests } = await serveListing(100_000);
  const notes = newNotes();
  let count = 0;
  let last = '';
  for await (const { path } of streamCandidates('s3://bucket/fleet', notes)) {
    if (path <= last) expect.fail(`${path} comes after ${last}`);
    last = path;
    count += 1;
  }
  expect([count, notes.problems]).toEqual([100_000, []]);
  expect(requests()).toBeGreaterThan(100);
  expect(requests()).toBeLessThan(110);
});

it('lists no more of a bucket than comes after a path', async () => {
  const { requests } = await serveListing(10_000);
  const after = 's3://bucket/fleet/000008499.db';
  const paths: string[] = [];
  for await (const { path } of streamCandidates('s3://bucket/fleet', newNotes(), { after })) paths.push(path);
  expect(paths[0]).toBe('s3://bucket/fleet/000008500.db');
  expect(paths).toHaveLength(1500);
  expect(requests()).toBeLessThan(5);
});
