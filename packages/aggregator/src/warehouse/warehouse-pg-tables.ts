import type { TableModule } from '@varve/migrations';
import { type Column, getTableColumns, getTableName, is } from 'drizzle-orm';
import {
  bigint,
  customType,
  integer,
  type PgColumn,
  type PgTableWithColumns,
  pgTable,
} from 'drizzle-orm/pg-core';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { viewColumnName, viewTableName } from '../unified/index.ts';

/** A column of head, in the dialect of Postgres: its values are those that it has on the SQLite view. */
type PgCounterpart<
  C extends { _: { name: string; data: unknown; notNull: boolean } },
  TTable extends string,
> = PgColumn<{
  name: C['_']['name'];
  tableName: TTable;
  dataType: 'custom';
  columnType: 'PgCustomColumn';
  data: C['_']['data'];
  driverParam: unknown;
  notNull: C['_']['notNull'];
  hasDefault: false;
  isPrimaryKey: false;
  isAutoincrement: false;
  hasRuntimeDefault: false;
  enumValues: undefined;
  generated: undefined;
}>;

function provenanceTable<TName extends string>(name: TName) {
  return pgTable(name, {
    _archive: bigint('_archive', { mode: 'bigint' }).notNull(),
    _version: integer('_version').notNull(),
  });
}

type ProvenanceTable<TName extends string> = ReturnType<typeof provenanceTable<TName>>;

export type WarehousePgTable<T extends SQLiteTable> = PgTableWithColumns<{
  name: T['_']['name'];
  schema: undefined;
  columns: {
    [K in keyof T['_']['columns']]: PgCounterpart<T['_']['columns'][K], T['_']['name']>;
  } & ProvenanceTable<T['_']['name']>['_']['columns'];
  dialect: 'pg';
}>;

/** The Drizzle tables of a lineage's schema module, in the dialect of Postgres, under the names they are exported by. */
export type WarehousePgTables<TTables extends TableModule> = {
  readonly [K in keyof TTables as TTables[K] extends SQLiteTable ? K : never]: TTables[K] extends SQLiteTable
    ? WarehousePgTable<TTables[K]>
    : never;
};

export function warehousePgTables<TTables extends TableModule>(tables: TTables): WarehousePgTables<TTables> {
  const made = Object.entries(tables).flatMap(([key, table]) =>
    is(table, SQLiteTable) ? [[key, toPgTable(table)]] : [],
  );
  return Object.fromEntries(made);
}

function toPgTable(table: SQLiteTable) {
  const columns = Object.entries(getTableColumns(table)).map(([key, column]) => [key, toPgColumn(column)]);
  return pgTable(viewTableName(getTableName(table)), {
    ...Object.fromEntries(columns),
    _archive: bigint('_archive', { mode: 'bigint' }).notNull(),
    _version: integer('_version').notNull(),
  });
}

/** Reads and writes values as the SQLite column does, whose storage the warehouse keeps as it is. */
function toPgColumn(column: Column) {
  const type = customType<{ data: unknown; driverData: unknown }>({
    dataType: () => pgType(column),
    fromDriver: (value) => column.mapFromDriverValue(asInSqlite(value, column)),
    toDriver: (value) => column.mapToDriverValue(value),
  })(viewColumnName(column.name));
  return column.notNull ? type.notNull() : type;
}

/** Integers as numbers where these count exactly, JSON as text: as the SQLite driver gives them. */
function asInSqlite(value: unknown, column: Column): unknown {
  const type = pgType(column);
  if (type === 'json') return JSON.stringify(value);
  if (type !== 'bigint' || typeof value !== 'string') return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : BigInt(value);
}

function pgType(column: Column): string {
  const type = column.getSQLType();
  if (/INT/i.test(type)) return 'bigint';
  if (column.dataType === 'json') return 'json';
  if (/BLOB/i.test(type)) return 'bytea';
  return /REAL|FLOA|DOUB/i.test(type) ? 'double precision' : 'text';
}
