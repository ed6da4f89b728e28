import { clientMissing } from '@varve/core/internal';
import type { Lineage, TableModule } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { Archives } from '../find/index.ts';
import { openClickHouse } from './clickhouse.ts';
import type { Warehouse as Engine } from './contract.ts';
import { loadInto } from './load-archives.ts';
import type { ArchiveLoad, LoadArchivesOptions, LoadReport } from './load-options.ts';
import { openPostgres } from './postgres.ts';
import { prepareWarehouse } from './prepare-warehouse.ts';
import { hidePassword } from './warehouse-error.ts';
import { type WarehousePgTables, warehousePgTables } from './warehouse-pg-tables.ts';

export interface OpenWarehouseOptions<TTables extends TableModule> {
  readonly lineage: Lineage<TTables>;
  /** Runs the statements that bring the tables to head, where the lineage has moved on. */
  readonly applyDdl?: boolean;
}

/** Archives' rows at head in Postgres, asked with Drizzle as the unified view is. */
export interface PostgresWarehouse<TTables extends TableModule> extends AsyncDisposable {
  /** Drizzle over `tables`. */
  readonly db: NodePgDatabase;
  readonly tables: WarehousePgTables<TTables>;
  /** Puts what is new or changed into it. */
  load(archives: Archives, options?: Omit<LoadArchivesOptions, 'lineage'>): Promise<LoadReport>;
  close(): Promise<void>;
}

/** Archives' rows at head in ClickHouse. */
export interface ClickHouseWarehouse extends AsyncDisposable {
  /** Rows as arrays, their values as the engine writes them in JSON. */
  query(sql: string): Promise<readonly (readonly unknown[])[]>;
  load(archives: Archives, options?: Omit<LoadArchivesOptions, 'lineage'>): Promise<LoadReport>;
  close(): Promise<void>;
}

export type PostgresUrl = `postgres://${string}` | `postgresql://${string}`;
export type ClickHouseUrl = `clickhouse://${string}`;

/**
 * Opens a database that holds archives' rows at head, and makes the tables where there are none.
 *
 * @throws WAREHOUSE_BEHIND where the lineage has moved on and `applyDdl` is not given; WAREHOUSE_FOREIGN,
 * WAREHOUSE_UNREACHABLE, WAREHOUSE_REFUSED, CLIENT_MISSING; USAGE for an address of another kind
 *
 * @example
 * ```ts
 * import { openWarehouse } from '@varve/aggregator';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * async function countCalls(): Promise<number> {
 *   await using warehouse = await openWarehouse('postgres://me@localhost/sessions', { lineage });
 *   await warehouse.load('archives');
 *   return (await warehouse.db.select().from(warehouse.tables.toolCalls)).length;
 * }
 *
 * // Before `npm install pg pg-copy-streams`:
 * console.log(await countCalls().catch((error) => error.code)); // CLIENT_MISSING
 * ```
 */
export function openWarehouse<TTables extends TableModule>(
  url: PostgresUrl,
  options: OpenWarehouseOptions<TTables>,
): Promise<PostgresWarehouse<TTables>>;
export function openWarehouse<TTables extends TableModule>(
  url: ClickHouseUrl,
  options: OpenWarehouseOptions<TTables>,
): Promise<ClickHouseWarehouse>;
export async function openWarehouse<TTables extends TableModule>(
  url: string,
  { lineage, applyDdl = false }: OpenWarehouseOptions<TTables>,
): Promise<PostgresWarehouse<TTables> | ClickHouseWarehouse> {
  const engine = await openEngine(url);
  try {
    await prepareWarehouse(engine, lineage, applyDdl);
    if (isClickHouse(url)) return openColumns(engine as Awaited<ReturnType<typeof openClickHouse>>, lineage);
    return await openTables(engine, url, lineage);
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/**
 * Puts archives' rows at head into `postgres://…` or `clickhouse://…`: those that are new, were changed, or were read by an
 * older lineage. Each is replaced as a whole; a load that was killed goes on.
 *
 * @throws as `openWarehouse` does
 *
 * @example
 * ```ts
 * import { loadArchives } from '@varve/aggregator';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * const loading = loadArchives('archives', 'clickhouse://me@localhost:8123/sessions', { lineage });
 * // Before `npm install @clickhouse/client`:
 * console.log(await loading.then(({ loaded }) => loaded).catch((error) => error.code)); // CLIENT_MISSING
 * ```
 */
export async function loadArchives(
  where: Archives,
  url: string,
  options: LoadArchivesOptions,
): Promise<LoadReport> {
  await using engine = await openEngine(url);
  return await loadInto(engine, where, options);
}

export async function openEngine(url: string): Promise<Engine> {
  if (isClickHouse(url)) return openClickHouse(url);
  if (/^postgres(ql)?:\/\//.test(url)) return openPostgres(url);
  throw new VarveError('USAGE', 'this is the address of no database that archives can be loaded into', {
    path: hidePassword(url),
    hint: 'write postgres://user@host/database or clickhouse://user@host:8123/database',
  });
}

function isClickHouse(url: string): boolean {
  return url.startsWith('clickhouse://');
}

async function openTables<TTables extends TableModule>(
  engine: Engine,
  url: string,
  lineage: Lineage<TTables>,
): Promise<PostgresWarehouse<TTables>> {
  const [pg, { drizzle }] = await loadDrizzle();
  const pool = new pg.default.Pool({ connectionString: url });
  pool.on('error', () => {});
  const close = async () => {
    await pool.end();
    await engine.close();
  };
  return {
    db: drizzle(pool),
    tables: warehousePgTables(lineage.tables),
    load: (archives, options = {}) => loadInto(engine, archives, { ...options, lineage }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function loadDrizzle() {
  try {
    return await Promise.all([import('pg'), import('drizzle-orm/node-postgres')]);
  } catch (cause) {
    throw clientMissing('pg', 'Postgres', cause);
  }
}

function openColumns(
  engine: Awaited<ReturnType<typeof openClickHouse>>,
  lineage: Lineage,
): ClickHouseWarehouse {
  return {
    query: (sql) => engine.query(sql),
    load: (archives, options = {}) => loadInto(engine, archives, { ...options, lineage }),
    close: () => engine.close(),
    [Symbol.asyncDispose]: () => engine.close(),
  };
}

export type { ArchiveLoad };
