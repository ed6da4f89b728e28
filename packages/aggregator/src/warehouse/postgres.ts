import { quoteIdentifier as quote } from '@varve/migrations/internal';
import { archiveIdOf } from '../find/index.ts';
import type { StagedArchive } from '../stage/index.ts';
import type { LoadBatch, LoadedArchive, Warehouse, WarehouseKind, WarehouseTable } from './contract.ts';
import { ledgerColumns, ledgerRow, uuidPattern } from './ledger.ts';
import { connectPostgres, type PostgresClient } from './postgres-client.ts';
import { postgresDialect, postgresLedgerDdl } from './postgres-ddl.ts';
import { tabSeparatedLine } from './tab-separated.ts';

/** @throws CLIENT_MISSING, WAREHOUSE_UNREACHABLE */
export async function openPostgres(url: string): Promise<Warehouse> {
  return new Postgres(await connectPostgres(url));
}

class Postgres implements Warehouse {
  readonly dialect = postgresDialect;
  readonly #client: PostgresClient;

  constructor(client: PostgresClient) {
    this.#client = client;
  }

  async readFacts(): Promise<ReadonlyMap<string, string> | undefined> {
    const [found] = await this.#client.rows(`SELECT to_regclass('"_varve"') IS NOT NULL`);
    if (!found?.[0]) return undefined;
    const rows = await this.#client.rows('SELECT "name", "value" FROM "_varve"');
    return rows.length === 0
      ? undefined
      : new Map(rows.map(([name, value]) => [String(name), String(value)]));
  }

  async change(statements: readonly string[], facts: Readonly<Record<string, string>>): Promise<void> {
    await this.#alone(async () => {
      const before = await this.readFacts();
      if (facts.changed !== undefined && before?.get('changed') === facts.changed) return;
      for (const statement of [...postgresLedgerDdl, ...statements]) await this.#client.rows(statement);
      for (const [name, value] of Object.entries(facts)) {
        await this.#client.rows(
          'INSERT INTO "_varve" VALUES ($1, $2) ON CONFLICT ("name") DO UPDATE SET "value" = excluded."value"',
          [name, value],
        );
      }
    });
  }

  async readLoaded(ids: readonly bigint[]): Promise<LoadedArchive[]> {
    const rows = await this.#client.rows(
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
    for (const archive of batch.archives) await this.#writeOne(batch, archive);
  }

  /** Another load may be at the same archive: then the later one waits, and takes its place. */
  async #writeOne(batch: LoadBatch, archive: StagedArchive): Promise<void> {
    const id = archiveIdOf(archive.file.path);
    const lock = `SELECT pg_advisory_xact_lock(${id})`;
    const ask = `SELECT 1 FROM "_archives" WHERE "id" = ${id}`;
    await this.#client.transaction({ lock, ask }, async (known) => {
      if (known.length > 0) await this.#deleteRows(batch.tables, [id]);
      if (archive.state === 'unified') for (const table of batch.tables) await this.#copy(batch, table, id);
      await this.#saveLedger(archive, batch.head);
    });
  }

  async *listLoaded(): AsyncGenerator<readonly { readonly id: bigint; readonly path: string }[]> {
    for (let after = '-1'; ; ) {
      const rows = await this.#client.rows(
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
    await this.#alone(async () => {
      await this.#deleteRows(await this.#readTables(), ids);
      await this.#client.rows('DELETE FROM "_archives" WHERE "id" = ANY($1::bigint[])', [ids.map(String)]);
    });
  }

  async settleDuplicates(): Promise<void> {
    await this.#alone(async () => {
      const older = await this.#client.rows(`UPDATE "_archives" SET "state" = 'duplicate' FROM (
          SELECT "id", row_number() OVER (PARTITION BY "session_id" ORDER BY "mtime_ms" DESC, "path") AS place
          FROM "_archives" WHERE "state" = 'unified' AND "session_id" ~* '${uuidPattern}') AS placed
        WHERE placed."id" = "_archives"."id" AND placed.place > 1 RETURNING "_archives"."id"`);
      if (older.length === 0) return;
      const ids = older.map(([id]) => BigInt(String(id)));
      await this.#deleteRows(await this.#readTables(), ids);
    });
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What concerns all archives: two loads may come to it at the same time. */
  async #alone(work: () => Promise<void>): Promise<void> {
    await this.#client.transaction({ lock: 'SELECT pg_advisory_xact_lock(8020811)', ask: 'SELECT 1' }, work);
  }

  async #readTables(): Promise<readonly WarehouseTable[]> {
    const facts = await this.readFacts();
    return JSON.parse(facts?.get('tables') ?? '[]') as WarehouseTable[];
  }

  async #deleteRows(tables: readonly WarehouseTable[], ids: readonly bigint[]): Promise<void> {
    const list = ids.map(String);
    for (const { name } of tables)
      await this.#client.rows(`DELETE FROM ${quote(name)} WHERE "_archive" = ANY($1::bigint[])`, [list]);
  }

  async #copy({ sqlite }: LoadBatch, table: WarehouseTable, id: bigint): Promise<void> {
    const name = quote(table.name);
    const names = ['_archive', '_version', ...table.columns.map((column) => column.name)];
    const columns = names.map(quote).join(', ');
    const rows = sqlite
      .prepare<[bigint], unknown[]>(`SELECT ${columns} FROM main.${name} WHERE "_archive" = ?`)
      .raw()
      .safeIntegers()
      .iterate(id);
    const kinds: WarehouseKind[] = ['integer', 'integer', ...table.columns.map(({ kind }) => kind)];
    const lines = function* () {
      for (const row of rows) yield tabSeparatedLine(row, kinds, written);
    };
    await this.#client.copy(`${name} (${columns})`, lines());
  }

  async #saveLedger(archive: StagedArchive, head: string): Promise<void> {
    const updates = ledgerColumns.slice(1).map((name) => `"${name}" = excluded."${name}"`);
    await this.#client.rows(
      `INSERT INTO "_archives" (${ledgerColumns.map(quote).join(', ')})
       VALUES (${ledgerColumns.map((_, at) => `$${at + 1}`).join(', ')})
       ON CONFLICT ("id") DO UPDATE SET ${updates.join(', ')}`,
      ledgerRow(archive, head),
    );
  }
}

const written = { infinity: 'Infinity', blob: (bytes: Buffer) => `\\\\x${bytes.toString('hex')}` };
