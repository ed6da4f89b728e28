import { createServer, type Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { answer } from './answer-as-s3.ts';
import { refuse, type StoredObject, toObject } from './bucket-exchange.ts';

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
    const body = await buffer(request);
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
