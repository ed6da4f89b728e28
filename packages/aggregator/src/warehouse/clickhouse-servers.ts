import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { clientMissing } from '@varve/core/internal';
import { ClickHouseDdl, isDone, quote } from './clickhouse-ddl.ts';
import { warehouseError } from './warehouse-error.ts';

export interface ConnectedClickHouse {
  readonly servers: ClickHouseServers;
  readonly dialect: ClickHouseDdl;
}

/**
 * `?cluster=NAME` in the address spreads the rows over the servers of a cluster; with `&nodes=HOST:PORT,…` each of them is
 * told every statement, for a cluster without a Keeper.
 *
 * @throws CLIENT_MISSING
 */
export async function connectClickHouse(url: string): Promise<ConnectedClickHouse> {
  const { createClient, ClickHouseLogLevel } = await import('@clickhouse/client').catch((cause: unknown) => {
    throw clientMissing('@clickhouse/client', 'ClickHouse', cause);
  });
  const at = new URL(url.replace(/^clickhouse:/, 'http:'));
  const isSecure = at.searchParams.get('secure') === '1';
  const cluster = at.searchParams.get('cluster') ?? undefined;
  const nodes = cluster ? (at.searchParams.get('nodes')?.split(',') ?? []) : [];
  const database = at.pathname.slice(1) || 'default';
  const connect = (host: string) =>
    createClient({
      url: `${isSecure ? 'https' : 'http'}://${host}`,
      username: decodeURIComponent(at.username) || 'default',
      password: decodeURIComponent(at.password),
      database,
      request_timeout: 120_000,
      // An insert has ended when the rows are on their servers.
      ...(cluster && { clickhouse_settings: { insert_distributed_sync: 1 } as never }),
      // What goes wrong is thrown, and said once.
      log: { level: ClickHouseLogLevel.OFF },
    });
  const client = connect(`${at.hostname}:${at.port || (isSecure ? 8443 : 8123)}`);
  const dialect = new ClickHouseDdl({ cluster, database, isPassedOn: nodes.length === 0 });
  return { servers: new ClickHouseServers(client, nodes.map(connect), url), dialect };
}

/** One that is asked, and those that are told what concerns the tables. What they say is thrown as WAREHOUSE_… */
export class ClickHouseServers {
  readonly #client: ClickHouseClient;
  readonly #nodes: readonly ClickHouseClient[];
  readonly #url: string;

  constructor(client: ClickHouseClient, nodes: readonly ClickHouseClient[], url: string) {
    this.#client = client;
    this.#nodes = nodes;
    this.#url = url;
  }

  /** Rows as arrays, integers beyond 2^53 as text. */
  async query(sql: string): Promise<unknown[][]> {
    return this.#ask(async () => {
      const answer = await this.#client.query({ query: sql, format: 'JSONCompact' });
      return ((await answer.json()) as unknown as { data: unknown[][] }).data;
    });
  }

  async close(): Promise<void> {
    for (const client of [this.#client, ...this.#nodes]) await client.close();
  }

  async lines(sql: string): Promise<string[][]> {
    return this.#ask(async () => {
      const answer = await this.#client.query({ query: sql, format: 'TabSeparated' });
      const text = await answer.text();
      return text === ''
        ? []
        : text
            .replace(/\n$/, '')
            .split('\n')
            .map((line) => line.split('\t').map(unescapeField));
    });
  }

  /** The server makes nothing of an insert without a line. */
  async insert(table: string, names: readonly string[], lines: Iterable<string>): Promise<void> {
    const chunks = inChunks(lines);
    const first = chunks.next();
    if (first.done) return;
    const values = Readable.from(
      (function* () {
        yield first.value;
        yield* chunks;
      })(),
      { objectMode: false },
    );
    // A column that was added later stands last.
    const columns = names.map(quote) as [string, ...string[]];
    await this.#ask(() => this.#client.insert({ table, columns, values, format: 'TabSeparated' }));
  }

  async command(sql: string): Promise<void> {
    await this.#ask(() => this.#client.command({ query: sql }));
  }

  /** A statement that changes tables. */
  async everywhere(sql: string): Promise<void> {
    for (const node of this.#nodes.length > 0 ? this.#nodes : [this.#client]) {
      try {
        await this.#ask(() => node.command({ query: sql }));
      } catch (error) {
        if (!isDone(sql, String(error))) throw error;
      }
    }
  }

  async #ask<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw warehouseError(error, this.#url);
    }
  }
}

function* inChunks(lines: Iterable<string>): Generator<Buffer> {
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length < 1 << 18) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  if (chunk) yield Buffer.from(chunk);
}

const unescaped: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', '0': '\0' };

function unescapeField(field: string): string {
  return field.replace(/\\(.)/gs, (_, it: string) => unescaped[it] ?? it);
}
