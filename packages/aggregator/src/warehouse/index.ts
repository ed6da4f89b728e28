export type { ArchiveLoad, LoadArchivesOptions, LoadReport } from './load-options.ts';
export {
  type ClickHouseUrl,
  type ClickHouseWarehouse,
  loadArchives,
  type OpenWarehouseOptions,
  openWarehouse,
  type PostgresUrl,
  type PostgresWarehouse,
} from './open-warehouse.ts';
export type { WarehousePgTable, WarehousePgTables } from './warehouse-pg-tables.ts';
