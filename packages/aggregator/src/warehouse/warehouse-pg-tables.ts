import type { TableModule } from '@varve/migrations';
import { decodeColumn } from '@varve/schema/internal';
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
import { isJson, viewColumnName, viewTableName } from '../unified/index.ts';

/** A column by its name and values alone: the majors of Drizzle give `PgColumn` other type arguments. */
type PgCounterpart<TName extends string, TData, TNotNull extends boolean> = PgColumn & {
  readonly _: { readonly name: TName; readonly data: TData; readonly notNull: TNotNull };
};

interface ProvenanceColumns {
  _archive: PgCounterpart<'_archive', bigint, true>;
  _version: PgCounterpart<'_version', number, true>;
}

/** A table of head, in the dialect of Postgres: its values are those that it has on the SQLite view. */
export type WarehousePgTable<T extends SQLiteTable> = PgTableWithColumns<{
  name: T['_']['name'];
  schema: undefined;
  columns: {
    [K in keyof T['_']['columns']]: PgCounterpart<
      T['_']['columns'][K]['_']['name'],
      T['_']['columns'][K]['_']['data'],
      T['_']['columns'][K]['_']['notNull']
    >;
  } & { [K in keyof ProvenanceColumns]: ProvenanceColumns[K] };
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
    fromDriver: (value) => decodeColumn(column, asInSqlite(value, column)),
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
  if (isJson(column)) return 'json';
  if (/BLOB/i.test(type)) return 'bytea';
  return /REAL|FLOA|DOUB/i.test(type) ? 'double precision' : 'text';
}
