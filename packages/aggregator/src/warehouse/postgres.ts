import { once } from 'node:events';
import { clientMissing } from '@varve/core/internal';
import { quoteIdentifier } from '@varve/migrations/internal';
import type { Client } from 'pg';
import { archiveIdOf } from '../find/index.ts';
import type { StagedArchive } from '../stage/index.ts';
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

const partitions = 8;
const quote = quoteIdentifier;

const types: Record<WarehouseKind, string> = {
  integer: 'bigint',
  real: 'double precision',
  text: 'text',
  // As it is written: jsonb would lose the order of keys, and numbers that no number of Postgres is.
  json: 'json',
  blob: 'bytea',
  mixed: 'text',
};

const dialect: WarehouseDialect = {
  createTable({ name, columns, key }) {
    const lines = ['"_archive" bigint NOT NULL', '"_version" integer NOT NULL', ...columns.map(columnLine)];
    const unique = ['_archive', ...key].map(quote).join(', ');
    // It begins with what the table is divided by, as one must that is to hold on every part, or on every server.
    if (key.length > 0) lines.push(`PRIMARY KEY (${unique})`);
    const parts = Array.from(
      { length: partitions },
      (_, at) =>
        `CREATE TABLE ${quote(`${name}_p${at}`)} PARTITION OF ${quote(name)} FOR VALUES WITH (MODULUS ${partitions}, REMAINDER ${at})`,
    );
    return [
      `CREATE TABLE ${quote(name)} (${lines.join(', ')}) PARTITION BY HASH ("_archive")`,
      ...parts,
      ...(key.length > 0 ? [] : [`CREATE INDEX ON ${quote(name)} ("_archive")`]),
    ];
  },
  dropTable: (name) => [`DROP TABLE ${quote(name)}`],
  addColumn: ({ name }, column) => [`ALTER TABLE ${quote(name)} ADD COLUMN ${columnLine(column)}`],
  dropColumn: ({ name }, column) => [`ALTER TABLE ${quote(name)} DROP COLUMN ${quote(column)}`],
  widenColumn: ({ name }, column) => [
    `ALTER TABLE ${quote(name)} ALTER COLUMN ${quote(column)} TYPE text USING ${quote(column)}::text`,
  ],
  changeTable: (_table, changes) => changes,
};

function columnLine({ name, kind }: WarehouseColumn): string {
  return `${quote(name)} ${types[kind]}`;
}

const ledgerDdl = [
  'CREATE TABLE IF NOT EXISTS "_varve" ("name" text PRIMARY KEY, "value" text NOT NULL)',
  `CREATE TABLE IF NOT EXISTS "_archives" ("id" bigint PRIMARY KEY, "path" text NOT NULL, "size_bytes" bigint NOT NULL,
    "mtime_ms" double precision NOT NULL, "etag" text NOT NULL, "session_id" text, "version" integer, "rows" bigint NOT NULL,
    "strategy" text, "state" text NOT NULL, "error_code" text, "error_message" text, "error_hint" text,
    "read_at_ms" bigint NOT NULL, "head" text NOT NULL)`,
  'CREATE INDEX IF NOT EXISTS "_archives_session_idx" ON "_archives" ("session_id")',
];

/** @throws CLIENT_MISSING, WAREHOUSE_UNREACHABLE */
export async function openPostgres(url: string): Promise<Warehouse> {
  const { Client, copyFrom } = await loadClient();
  const client = new Client({ connectionString: url });
  // Whoever is waiting for an answer is told as well.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    throw warehouseError(error, url);
  }
  return new Postgres(client, copyFrom, url);
}

type CopyFrom = typeof import('pg-copy-streams').from;

async function loadClient(): Promise<{ Client: typeof Client; copyFrom: CopyFrom }> {
  try {
    const [pg, copy] = await Promise.all([import('pg'), import('pg-copy-streams')]);
    return { Client: pg.default.Client, copyFrom: copy.from };
  } catch (cause) {
    throw clientMissing('pg pg-copy-streams', 'Postgres', cause);
  }
}

class Postgres implements Warehouse {
  readonly dialect = dialect;
  readonly #client: Client;
  readonly #copyFrom: CopyFrom;
  readonly #url: string;

  constructor(client: Client, copyFrom: CopyFrom, url: string) {
    this.#client = client;
    this.#copyFrom = copyFrom;
    this.#url = url;
  }

  async readFacts(): Promise<ReadonlyMap<string, string> | undefined> {
    const [found] = await this.#rows(`SELECT to_regclass('"_varve"') IS NOT NULL`);
    if (!found?.[0]) return undefined;
    const rows = await this.#rows('SELECT "name", "value" FROM "_varve"');
    return rows.length === 0
      ? undefined
      : new Map(rows.map(([name, value]) => [String(name), String(value)]));
  }

  async change(statements: readonly string[], facts: Readonly<Record<string, string>>): Promise<void> {
    await this.#transaction(async () => {
      // Two workers may find the database empty at the same time.
      await this.#rows('SELECT pg_advisory_xact_lock(8020811)');
      const before = await this.readFacts();
      if (facts.changed !== undefined && before?.get('changed') === facts.changed) return;
      for (const statement of [...ledgerDdl, ...statements]) await this.#rows(statement);
      for (const [name, value] of Object.entries(facts)) {
        await this.#rows(
          'INSERT INTO "_varve" VALUES ($1, $2) ON CONFLICT ("name") DO UPDATE SET "value" = excluded."value"',
          [name, value],
        );
      }
    });
  }

  async readLoaded(ids: readonly bigint[]): Promise<LoadedArchive[]> {
    const rows = await this.#rows(
      'SELECT "id", "size_bytes", "mtime_ms", "etag", "head", "state" FROM "_archives" WHERE "id" = ANY($1::bigint[])',
      [ids.map(String)],
    );
    return rows.map(([id, size, mtime, etag, head, state]) => ({
      id: BigInt(String(id)),
      sizeBytes: Number(size),
      mtimeMs: Number(mtime),
      etag: String(etag),
      head: String(head),
      state: String(state),
    }));
  }

  /** A transaction each: of an archive that is refused, none of the others know. */
  async write(batch: LoadBatch): Promise<void> {
    const ids = batch.archives.map(({ file }) => archiveIdOf(file.path));
    const there = new Set((await this.readLoaded(ids)).map(({ id }) => id));
    for (const archive of batch.archives) {
      const id = archiveIdOf(archive.file.path);
      await this.#transaction(async () => {
        if (there.has(id)) await this.#deleteRows(batch.tables, [id]);
        if (archive.state === 'unified') for (const table of batch.tables) await this.#copy(batch, table, id);
        await this.#saveLedger([archive], batch.head);
      });
    }
  }

  async *listLoaded(): AsyncGenerator<readonly { readonly id: bigint; readonly path: string }[]> {
    for (let after = '-1'; ; ) {
      const rows = await this.#rows(
        'SELECT "id", "path" FROM "_archives" WHERE "id" > $1 ORDER BY "id" LIMIT 10000',
        [after],
      );
      if (rows.length === 0) return;
      yield rows.map(([id, path]) => ({ id: BigInt(String(id)), path: String(path) }));
      after = String(rows.at(-1)?.[0]);
    }
  }

  /** Nothing lies unseen: what is replaced is deleted. */
  async sweep(): Promise<void> {}

  async remove(ids: readonly bigint[]): Promise<void> {
    await this.#transaction(async () => {
      await this.#deleteRows(await this.#readTables(), ids);
      await this.#rows('DELETE FROM "_archives" WHERE "id" = ANY($1::bigint[])', [ids.map(String)]);
    });
  }

  async settleDuplicates(): Promise<void> {
    await this.#transaction(async () => {
      const older = await this.#rows(`UPDATE "_archives" SET "state" = 'duplicate' FROM (
          SELECT "id", row_number() OVER (PARTITION BY "session_id" ORDER BY "mtime_ms" DESC, "path") AS place
          FROM "_archives" WHERE "state" = 'unified' AND "session_id" ~* '${uuidPattern}') AS placed
        WHERE placed."id" = "_archives"."id" AND placed.place > 1 RETURNING "_archives"."id"`);
      if (older.length === 0) return;
      const ids = older.map(([id]) => BigInt(String(id)));
      await this.#deleteRows(await this.#readTables(), ids);
    });
  }

  async #readTables(): Promise<readonly WarehouseTable[]> {
    const facts = await this.readFacts();
    return JSON.parse(facts?.get('tables') ?? '[]') as WarehouseTable[];
  }

  async #deleteRows(tables: readonly WarehouseTable[], ids: readonly bigint[]): Promise<void> {
    const list = ids.map(String);
    for (const { name } of tables)
      await this.#rows(`DELETE FROM ${quote(name)} WHERE "_archive" = ANY($1::bigint[])`, [list]);
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Nothing is asked of the server where the archive has no row of the table. */
  async #copy({ sqlite }: LoadBatch, table: WarehouseTable, id: bigint): Promise<void> {
    const name = quote(table.name);
    const columns = ['_archive', '_version', ...table.columns.map((column) => column.name)]
      .map(quote)
      .join(', ');
    const rows = sqlite
      .prepare<[bigint], unknown[]>(`SELECT ${columns} FROM main.${name} WHERE "_archive" = ?`)
      .raw()
      .safeIntegers()
      .iterate(id);
    const first = rows.next();
    if (first.done) return;
    const kinds: WarehouseKind[] = ['integer', 'integer', ...table.columns.map(({ kind }) => kind)];
    const options = { infinity: 'Infinity', blob: (bytes: Buffer) => `\\\\x${bytes.toString('hex')}` };
    const stream = this.#client.query(this.#copyFrom(`COPY ${name} (${columns}) FROM STDIN`));
    const done = Promise.race([
      once(stream, 'finish'),
      once(stream, 'error').then(([error]) => Promise.reject(error)),
    ]);
    done.catch(() => {});
    let buffer = tabSeparatedLine(first.value, kinds, options);
    for (const row of rows) {
      buffer += tabSeparatedLine(row, kinds, options);
      if (buffer.length < copyChars) continue;
      if (!stream.write(buffer)) await Promise.race([once(stream, 'drain'), done]);
      buffer = '';
    }
    stream.end(buffer);
    await done;
  }

  async #saveLedger(archives: readonly StagedArchive[], head: string): Promise<void> {
    const rows = archives.map((archive) => ledgerRow(archive, head));
    const lists = ledgerColumns.map((_, at) => rows.map((row) => row[at]));
    const casts = [
      'bigint',
      'text',
      'bigint',
      'float8',
      'text',
      'text',
      'int',
      'bigint',
      'text',
      'text',
      'text',
      'text',
      'text',
      'bigint',
      'text',
    ];
    const updates = ledgerColumns.slice(1).map((name) => `"${name}" = excluded."${name}"`);
    await this.#rows(
      `INSERT INTO "_archives" (${ledgerColumns.map(quote).join(', ')})
       SELECT * FROM unnest(${casts.map((cast, at) => `$${at + 1}::${cast}[]`).join(', ')})
       ON CONFLICT ("id") DO UPDATE SET ${updates.join(', ')}`,
      lists,
    );
  }

  async #transaction(work: () => Promise<void>): Promise<void> {
    try {
      await this.#client.query('BEGIN');
      await work();
      await this.#client.query('COMMIT');
    } catch (error) {
      await this.#client.query('ROLLBACK').catch(() => {});
      throw warehouseError(error, this.#url);
    }
  }

  async #rows(sql: string, values: readonly unknown[] = []): Promise<unknown[][]> {
    try {
      const { rows } = await this.#client.query({ text: sql, values: [...values], rowMode: 'array' });
      return rows;
    } catch (error) {
      throw warehouseError(error, this.#url);
    }
  }
}

const copyChars = 1 << 16;
