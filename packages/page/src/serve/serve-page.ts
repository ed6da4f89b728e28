import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Lineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import { CatalogKeeper } from '../catalog/index.ts';
import { clientDir } from '../client/index.ts';
import { findSearch } from '../search/index.ts';
import { findSource } from '../sources/index.ts';
import { handleRequest, type Page } from './handle-request.ts';
import { readStaticFiles } from './static-files.ts';

export interface ServePageOptions {
  /** By which archives are read; a unified view needs none. */
  readonly lineage?: Lineage | undefined;
  /** One that is free unless given. */
  readonly port?: number;
  /** Where to listen: `127.0.0.1` unless given. On another address, others on the network who have the token see all. */
  readonly host?: string;
}

export interface ServedPage {
  /** With the token that it takes to be let in. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the page over archives of any versions, read through the lens as they lie, or over a unified view. Nothing is
 * written, and nothing leaves the machine. Archives of a bucket, or of a manifest, are fetched as they are looked at, into the
 * cache of this machine.
 *
 * @throws USAGE when the port is taken, or archives come without a lineage; the codes of `readUnified` and of stores
 *
 * @example
 * ```ts
 * import { standardLineage as lineage } from '@varve/migrations';
 * import { servePage } from '@varve/page';
 *
 * const page = await servePage('archives', { lineage });
 * console.log(page.url.split('?')[1]?.length); // 38
 * await page.close();
 * ```
 */
export async function servePage(
  where: string | readonly string[],
  options: ServePageOptions = {},
): Promise<ServedPage> {
  const { lineage, port = 0, host = '127.0.0.1' } = options;
  const files = readStaticFiles(await clientDir());
  const source = findSource([where].flat(), lineage);
  await source.remote?.assertFound();
  const keeper = new CatalogKeeper(source);
  const search = findSearch(source, keeper, () => keeper.tell());
  const server = createServer({ maxHeaderSize: 128 * 1024 });
  try {
    const address = await listen(server, port, host);
    const guard = { token: randomBytes(24).toString('base64url'), host, port: address.port };
    const page: Page = { guard, files, context: { source, keeper, search } };
    server.on('request', (request, response) => void handleRequest(page, { request, response }));
    keeper.start();
    const name = host.includes(':') ? `[${host}]` : host;
    return { url: `http://${name}:${address.port}/?token=${guard.token}`, close };
  } catch (error) {
    await close();
    throw error;
  }

  async function close(): Promise<void> {
    keeper.stop();
    search.close();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    source.close();
  }
}

function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<AddressInfo>();
  server.once('error', (cause) => {
    reject(
      new VarveError('USAGE', `the page cannot be served at ${host}:${port}: ${cause.message}`, {
        hint: 'choose another --port, or none for one that is free',
        cause,
      }),
    );
  });
  server.listen(port, host, () => resolve(server.address() as AddressInfo));
  return promise;
}
