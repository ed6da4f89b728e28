import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { clientMissing } from '@varve/core/internal';
import { archiveIdOf } from '../find/index.ts';
import { ClickHouseDdl, isDone, quote } from './clickhouse-ddl.ts';
import type { LoadBatch, LoadedArchive, Warehouse, WarehouseKind, WarehouseTable } from './contract.ts';
import { ledgerColumns, ledgerRow, uuidPattern } from './ledger.ts';
import { tabSeparatedLine } from './tab-separated.ts';
import { warehouseError } from './warehouse-error.ts';

const tabSeparated = {
  infinity: 'inf',
  blob: (bytes: Buffer) => bytes.toString('hex').replace(/../g, '\\x$&'),
};

/**
 * `?cluster=NAME` in the address spreads the rows over the servers of a cluster; with `&nodes=HOST:PORT,…` each of them is
 * told every statement, for a cluster without a Keeper.
 *
 * @throws CLIENT_MISSING
 */
export async function openClickHouse(url: string): Promise<ClickHouse> {
  const { createClient, ClickHouseLogLevel } = await import('@clickhouse/client').catch((cause: unknown) => {
    throw clientMissing('@clickhouse/client', 'ClickHouse', cause);
  });
  const at = new URL(url.replace(/^clickhouse:/, 'http:'));
  const isSecure = at.searchParams.get('secure') === '1';
  const cluster = at.searchParams.get('cluster') ?? undefined;
  const nodes = cluster ? (at.searchParams.get('nodes')?.split(',') ?? []) : [];
  const connect = (host: string) =>
    createClient({
      url: `${isSecure ? 'https' : 'http'}://${host}`,
      username: decodeURIComponent(at.username) || 'default',
      password: decodeURIComponent(at.password),
      database: at.pathname.slice(1) || 'default',
      request_timeout: 120_000,
      // An insert has ended when the rows are on their servers.
      ...(cluster && { clickhouse_settings: { insert_distributed_sync: 1 } as never }),
      // What goes wrong is thrown, and said once.
      log: { level: ClickHouseLogLevel.OFF },
    });
  const client = connect(`${at.hostname}:${at.port || (isSecure ? 8443 : 8123)}`);
  const ddl = new ClickHouseDdl({ cluster, isPassedOn: nodes.length === 0 });
  return new ClickHouse(client, nodes.map(connect), ddl, url);
}

export class ClickHouse implements Warehouse {
  readonly dialect: ClickHouseDdl;
  readonly #client: ClickHouseClient;
  readonly #nodes: readonly ClickHouseClient[];
  readonly #url: string;
  /** Later ones are greater, also those of other processes but for what their clocks are apart. */
  #lastLoad = 0n;
  /** Archives whose rows of earlier loads lie there unseen, by the load that took their place. */
  readonly #unseen = new Map<bigint, bigint[]>();

  constructor(
    client: ClickHouseClient,
    nodes: readonly ClickHouseClient[],
    dialect: ClickHouseDdl,
    url: string,
  ) {
    this.#client = client;
    this.#nodes = nodes;
    this.dialect = dialect;
    this.#url = url;
  }

  async readFacts(): Promise<ReadonlyMap<string, string> | undefined> {
    const facts = this.dialect.allOf('_varve');
    const [[count = '0'] = []] = await this.#lines(`EXISTS TABLE ${facts}`);
    if (count !== '1') return undefined;
    const rows = await this.#lines(`SELECT \`name\`, \`value\` FROM ${facts} FINAL`);
    return rows.length === 0 ? undefined : new Map(rows.map(([name = '', value = '']) => [name, value]));
  }

  async change(statements: readonly string[], facts: Readonly<Record<string, string>>): Promise<void> {
    const before = await this.readFacts();
    const isNew = before === undefined;
    if (facts.changed !== undefined && before?.get('changed') === facts.changed) return;
    const all = [...(isNew ? this.dialect.createLedger() : []), ...statements];
    for (const statement of all) await this.#everywhere(statement);
    const at = this.#nextLoad();
    const lines = Object.entries(facts).map(([name, value]) =>
      tabSeparatedLine([name, value, at], ['text', 'text', 'integer'], tabSeparated),
    );
    await this.#insert('_varve', ['name', 'value', 'at'], lines);
  }

  async readLoaded(ids: readonly bigint[]): Promise<LoadedArchive[]> {
    const rows = await this.#lines(
      `SELECT \`id\`, \`size_bytes\`, \`mtime_ms\`, \`etag\`, \`head\`, \`state\` FROM ${this.#ledger} FINAL
        WHERE \`id\` IN (${ids.join(', ')}) AND \`state\` <> 'gone'`,
    );
    return rows.map(([id = '0', size, mtime, etag = '', head = '', state = '']) => ({
      id: BigInt(id),
      sizeBytes: Number(size),
      mtimeMs: Number(mtime),
      etag,
      head,
      state,
    }));
  }

  async write(batch: LoadBatch): Promise<void> {
    const replaced = await this.readLoaded(batch.archives.map(({ file }) => archiveIdOf(file.path)));
    const load = this.#nextLoad();
    const months = readMonths(batch);
    for (const table of batch.tables) await this.#writeRows(batch, table, load, months);
    const kinds = ledgerColumns.map(() => 'text' as const);
    const lines = batch.archives.map((archive) =>
      tabSeparatedLine([...ledgerRow(archive, batch.head), load], [...kinds, 'integer'], tabSeparated),
    );
    // From here on the rows are seen.
    await this.#insert('_archives', [...ledgerColumns, '_load'], lines);
    if (replaced.length > 0)
      this.#unseen.set(
        load,
        replaced.map(({ id }) => id),
      );
  }

  async settleDuplicates(): Promise<void> {
    const sessions = `match(assumeNotNull(\`session_id\`), '${uuidPattern}') AND \`state\` = 'unified'`;
    const rows =
      await this.#lines(`SELECT \`session_id\`, toString(\`id\`) FROM ${this.#ledger} FINAL WHERE ${sessions}
      AND \`session_id\` ${this.dialect.in} (SELECT \`session_id\` FROM ${this.#ledger} FINAL WHERE ${sessions}
        GROUP BY \`session_id\` HAVING count() > 1)
      ORDER BY \`session_id\`, \`mtime_ms\` DESC, \`path\``);
    const older = rows
      .filter(([session], at) => session === rows[at - 1]?.[0])
      .map(([, id = '0']) => BigInt(id));
    await this.#setState(older, 'duplicate');
  }

  async *listLoaded(): AsyncGenerator<readonly { readonly id: bigint; readonly path: string }[]> {
    for (let after = -1n; ; ) {
      const rows = await this.#lines(`SELECT toString(\`id\`), \`path\` FROM ${this.#ledger} FINAL
        WHERE \`state\` <> 'gone' AND \`id\` > ${after} ORDER BY \`id\` LIMIT 10000`);
      const page = rows.map(([id = '0', path = '']) => ({ id: BigInt(id), path }));
      const last = page.at(-1);
      if (!last) return;
      yield page;
      after = last.id;
    }
  }

  async remove(ids: readonly bigint[]): Promise<void> {
    await this.#setState(ids, 'gone');
  }

  async sweep(): Promise<void> {
    if (this.#unseen.size === 0) return;
    const facts = await this.readFacts();
    const tables = JSON.parse(facts?.get('tables') ?? '[]') as WarehouseTable[];
    for (const [load, ids] of this.#unseen) {
      const condition = `\`_archive\` IN (${ids.join(', ')}) AND \`_load\` < ${load}`;
      for (const { name } of tables) await this.#everywhere(this.dialect.deleteRows(name, condition));
      this.#unseen.delete(load);
    }
  }

  /** What is seen of an archive is what its newest entry says. */
  async #setState(ids: readonly bigint[], state: string): Promise<void> {
    if (ids.length === 0) return;
    const load = this.#nextLoad();
    const columns = ledgerColumns.map((name) => (name === 'state' ? `'${state}'` : quote(name)));
    await this.#command(`INSERT INTO ${this.#ledger} (${[...ledgerColumns, '_load'].map(quote).join(', ')})
      SELECT ${columns.join(', ')}, ${load} FROM ${this.#ledger} FINAL WHERE \`id\` IN (${ids.join(', ')})`);
    this.#unseen.set(load, [...ids]);
  }

  get #ledger(): string {
    return this.dialect.allOf('_archives');
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #nextLoad(): bigint {
    const now = BigInt(Date.now()) * 1000n;
    this.#lastLoad = now > this.#lastLoad ? now : this.#lastLoad + 1n;
    return this.#lastLoad;
  }

  async #writeRows(
    { sqlite }: LoadBatch,
    table: WarehouseTable,
    load: bigint,
    months: ReadonlyMap<bigint, number>,
  ): Promise<void> {
    const names = ['_archive', '_version', ...table.columns.map(({ name }) => name)];
    const list = names.map((name) => `"${name.replaceAll('"', '""')}"`).join(', ');
    const rows = sqlite
      .prepare<[], unknown[]>(`SELECT ${list} FROM "${table.name.replaceAll('"', '""')}"`)
      .raw()
      .safeIntegers();
    const kinds: WarehouseKind[] = [
      'integer',
      'integer',
      ...table.columns.map(({ kind }) => kind),
      'integer',
      'integer',
      'integer',
    ];
    const lines = function* () {
      let at = 0;
      for (const row of rows.iterate()) {
        yield tabSeparatedLine(
          [...row, at++, load, months.get(row[0] as bigint) ?? noMonth],
          kinds,
          tabSeparated,
        );
      }
    };
    await this.#insert(table.name, [...names, '_row', '_load', '_month'], lines());
  }

  /** The server makes nothing of an insert without a line. */
  async #insert(table: string, names: readonly string[], lines: Iterable<string>): Promise<void> {
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
    await this.#ask(() =>
      this.#client.insert({ table: this.dialect.allOf(table), columns, values, format: 'TabSeparated' }),
    );
  }

  async #lines(sql: string): Promise<string[][]> {
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

  /** A statement that changes tables. */
  async #everywhere(sql: string): Promise<void> {
    for (const node of this.#nodes.length > 0 ? this.#nodes : [this.#client]) {
      try {
        await this.#ask(() => node.command({ query: sql }));
      } catch (error) {
        if (!isDone(sql, String(error))) throw error;
      }
    }
  }

  async #command(sql: string): Promise<void> {
    await this.#ask(() => this.#client.command({ query: sql }));
  }

  async #ask<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw warehouseError(error, this.#url);
    }
  }
}

const noMonth = 197_001;

/** Of the archive's sessions, in UTC: all its rows lie in one partition. */
function readMonths({ sqlite, tables }: LoadBatch): ReadonlyMap<bigint, number> {
  const sessions = tables.find(({ name }) => name === 'sessions');
  if (!sessions?.columns.some(({ name, kind }) => name === 'started_at_ms' && kind === 'integer'))
    return new Map();
  const sql = `SELECT "_archive", CAST(strftime('%Y%m', min("started_at_ms") / 1000, 'unixepoch') AS INTEGER)
    FROM "sessions" WHERE typeof("started_at_ms") = 'integer' GROUP BY 1`;
  const rows = sqlite.prepare<[], [bigint, bigint | null]>(sql).raw().safeIntegers().all();
  return new Map(rows.map(([id, month]) => [id, Number(month ?? noMonth)]));
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
