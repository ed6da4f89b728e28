import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { clientMissing } from '@varve/core/internal';
import { archiveIdOf } from '../find/index.ts';
import type {
  LoadBatch,
  LoadedArchive,
  Warehouse,
  WarehouseColumn,
  WarehouseDialect,
  WarehouseKind,
  WarehouseTable,
} from './contract.ts';
import { ledgerColumns, ledgerRow, uuidPattern } from './ledger.ts';
import { tabSeparatedLine } from './tab-separated.ts';
import { warehouseError } from './warehouse-error.ts';

const types: Record<WarehouseKind, string> = {
  integer: 'Int64',
  real: 'Float64',
  text: 'String',
  json: 'String',
  blob: 'String',
  mixed: 'String',
};

const tabSeparated = {
  infinity: 'inf',
  blob: (bytes: Buffer) => bytes.toString('hex').replace(/../g, '\\x$&'),
};

/** By ClickHouse's own rules, not by SQL's: a quote in a name is escaped by a backslash. */
function quote(name: string): string {
  return `\`${name.replace(/[\\`]/g, '\\$&')}\``;
}

/** Rows of a load that its ledger entry does not name are there and not seen: an archive changes at once, as a whole. */
function rowsOf(table: string): string {
  return quote(`_rows_${table}`);
}

const dialect: WarehouseDialect = {
  createTable: (table) => [rowsDdl(table), viewDdl(table)],
  dropTable: (name) => [`DROP TABLE IF EXISTS ${quote(name)}`, `DROP TABLE IF EXISTS ${rowsOf(name)}`],
  addColumn: (table, column) => [
    `ALTER TABLE ${rowsOf(table.name)} ADD COLUMN ${columnLine(column, table.key)}`,
    ...remadeView(table),
  ],
  dropColumn: (table, column) => [
    `DROP TABLE IF EXISTS ${quote(table.name)}`,
    `ALTER TABLE ${rowsOf(table.name)} DROP COLUMN ${quote(column)}`,
    viewDdl(table),
  ],
  widenColumn: (table, column) => [
    `ALTER TABLE ${rowsOf(table.name)} MODIFY COLUMN ${quote(column)} Nullable(String)`,
    ...remadeView(table),
  ],
};

function rowsDdl(table: WarehouseTable): string {
  const lines = [
    '`_archive` Int64',
    '`_version` Int32',
    ...table.columns.map((column) => columnLine(column, table.key)),
    '`_row` UInt32',
    '`_load` UInt64',
    '`_month` UInt32',
  ];
  const key = table.key.length > 0 ? table.key.map(quote) : ['`_row`'];
  return `CREATE TABLE ${rowsOf(table.name)} (${lines.join(', ')}) ENGINE = ReplacingMergeTree(\`_load\`)
    PARTITION BY \`_month\` ORDER BY (\`_archive\`, ${key.join(', ')})`;
}

function viewDdl({ name, columns }: WarehouseTable): string {
  const list = ['_archive', '_version', ...columns.map((column) => column.name)].map(quote).join(', ');
  return `CREATE VIEW ${quote(name)} AS SELECT ${list} FROM ${rowsOf(name)}
    WHERE (\`_archive\`, \`_load\`) IN (SELECT \`id\`, \`_load\` FROM \`_rows__archives\` FINAL WHERE \`state\` = 'unified')`;
}

function remadeView(table: WarehouseTable): string[] {
  return [`DROP TABLE IF EXISTS ${quote(table.name)}`, viewDdl(table)];
}

function columnLine({ name, kind }: WarehouseColumn, key: readonly string[]): string {
  return `${quote(name)} ${key.includes(name) ? types[kind] : `Nullable(${types[kind]})`}`;
}

const ledgerDdl = [
  `CREATE TABLE IF NOT EXISTS \`_varve\` (\`name\` String, \`value\` String, \`at\` UInt64)
    ENGINE = ReplacingMergeTree(\`at\`) ORDER BY \`name\``,
  `CREATE TABLE IF NOT EXISTS \`_rows__archives\` (\`id\` Int64, \`path\` String, \`size_bytes\` Int64, \`mtime_ms\` Float64,
    \`etag\` String, \`session_id\` Nullable(String), \`version\` Nullable(Int32), \`rows\` Int64, \`strategy\` Nullable(String),
    \`state\` String, \`error_code\` Nullable(String), \`error_message\` Nullable(String), \`error_hint\` Nullable(String),
    \`read_at_ms\` Int64, \`head\` String, \`_load\` UInt64) ENGINE = ReplacingMergeTree(\`_load\`) ORDER BY \`id\``,
];
const ledgerView = `CREATE VIEW \`_archives\` AS SELECT ${ledgerColumns.map((it) => `\`${it}\``).join(', ')}
  FROM \`_rows__archives\` FINAL`;

/** @throws CLIENT_MISSING */
export async function openClickHouse(url: string): Promise<ClickHouse> {
  const { createClient, ClickHouseLogLevel } = await import('@clickhouse/client').catch((cause: unknown) => {
    throw clientMissing('@clickhouse/client', 'ClickHouse', cause);
  });
  const at = new URL(url.replace(/^clickhouse:/, 'http:'));
  const isSecure = at.searchParams.get('secure') === '1';
  const client = createClient({
    url: `${isSecure ? 'https' : 'http'}://${at.hostname}:${at.port || (isSecure ? 8443 : 8123)}`,
    username: decodeURIComponent(at.username) || 'default',
    password: decodeURIComponent(at.password),
    database: at.pathname.slice(1) || 'default',
    request_timeout: 120_000,
    // What goes wrong is thrown, and said once.
    log: { level: ClickHouseLogLevel.OFF },
  });
  return new ClickHouse(client, url);
}

export class ClickHouse implements Warehouse {
  readonly dialect = dialect;
  readonly #client: ClickHouseClient;
  readonly #url: string;
  /** Later ones are greater, also those of other processes but for what their clocks are apart. */
  #lastLoad = 0n;

  constructor(client: ClickHouseClient, url: string) {
    this.#client = client;
    this.#url = url;
  }

  async readFacts(): Promise<ReadonlyMap<string, string> | undefined> {
    const [[count = '0'] = []] = await this.#lines('EXISTS TABLE `_varve`');
    if (count !== '1') return undefined;
    const rows = await this.#lines('SELECT `name`, `value` FROM `_varve` FINAL');
    return rows.length === 0 ? undefined : new Map(rows.map(([name = '', value = '']) => [name, value]));
  }

  async change(statements: readonly string[], facts: Readonly<Record<string, string>>): Promise<void> {
    const isNew = (await this.readFacts()) === undefined;
    for (const statement of [
      ...(isNew ? [...ledgerDdl, 'DROP TABLE IF EXISTS `_archives`', ledgerView] : []),
      ...statements,
    ]) {
      await this.#command(statement);
    }
    const at = this.#nextLoad();
    const lines = Object.entries(facts).map(([name, value]) =>
      tabSeparatedLine([name, value, at], ['text', 'text', 'integer'], tabSeparated),
    );
    await this.#insert('_varve', ['name', 'value', 'at'], lines);
  }

  async readLoaded(ids: readonly bigint[]): Promise<LoadedArchive[]> {
    const rows = await this.#lines(
      `SELECT \`id\`, \`size_bytes\`, \`mtime_ms\`, \`etag\`, \`head\`, \`state\` FROM \`_rows__archives\` FINAL WHERE \`id\` IN (${ids.join(', ')})`,
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
    const load = this.#nextLoad();
    const months = readMonths(batch);
    for (const table of batch.tables) await this.#writeRows(batch, table, load, months);
    const kinds = ledgerColumns.map(() => 'text' as const);
    const lines = batch.archives.map((archive) =>
      tabSeparatedLine([...ledgerRow(archive, batch.head), load], [...kinds, 'integer'], tabSeparated),
    );
    // From here on the rows are seen.
    await this.#insert('_rows__archives', [...ledgerColumns, '_load'], lines);
  }

  async settleDuplicates(): Promise<void> {
    const sessions = `match(assumeNotNull(\`session_id\`), '${uuidPattern}') AND \`state\` = 'unified'`;
    const rows =
      await this.#lines(`SELECT \`session_id\`, toString(\`id\`) FROM \`_rows__archives\` FINAL WHERE ${sessions}
      AND \`session_id\` IN (SELECT \`session_id\` FROM \`_rows__archives\` FINAL WHERE ${sessions}
        GROUP BY \`session_id\` HAVING count() > 1)
      ORDER BY \`session_id\`, \`mtime_ms\` DESC, \`path\``);
    const older = rows.filter(([session], at) => session === rows[at - 1]?.[0]).map(([, id]) => id);
    if (older.length === 0) return;
    const columns = ledgerColumns.map((name) => (name === 'state' ? `'duplicate'` : quote(name)));
    // What is seen of an archive is what its newest entry says.
    await this.#command(`INSERT INTO \`_rows__archives\` (${[...ledgerColumns, '_load'].map(quote).join(', ')})
      SELECT ${columns.join(', ')}, ${this.#nextLoad()} FROM \`_rows__archives\` FINAL WHERE \`id\` IN (${older.join(', ')})`);
  }

  /** Rows as arrays, integers beyond 2^53 as text. */
  async query(sql: string): Promise<unknown[][]> {
    return this.#ask(async () => {
      const answer = await this.#client.query({ query: sql, format: 'JSONCompact' });
      return ((await answer.json()) as unknown as { data: unknown[][] }).data;
    });
  }

  async close(): Promise<void> {
    await this.#client.close();
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
    await this.#insert(`_rows_${table.name}`, [...names, '_row', '_load', '_month'], lines());
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
      this.#client.insert({ table: quote(table), columns, values, format: 'TabSeparated' }),
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
