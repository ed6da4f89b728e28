import type { TableModule } from '@varve/migrations';
import { type Column, getTableColumns, getTableName, is, type Table } from 'drizzle-orm';
import {
  integer,
  type SQLiteColumn,
  SQLiteTable,
  type SQLiteTableWithColumns,
  sqliteTable,
} from 'drizzle-orm/sqlite-core';
import { viewColumnName, viewTableName } from './view-names.ts';

/** Where a unified row came from. */
function provenanceColumns() {
  return {
    /** The archive, by its id in `unified.archives`. */
    _archive: integer('_archive').notNull(),
    /** The version the archive stood at before it was first upgraded. */
    _version: integer('_version').notNull(),
  };
}

function provenanceTable<TName extends string>(name: TName) {
  return sqliteTable(name, provenanceColumns());
}

type ProvenanceTable<TName extends string> = ReturnType<typeof provenanceTable<TName>>;

/** A table of head with `_archive` and `_version` beside its own columns. */
export type UnifiedTable<T extends SQLiteTable> = SQLiteTableWithColumns<{
  name: T['_']['name'];
  schema: undefined;
  columns: T['_']['columns'] & ProvenanceTable<T['_']['name']>['_']['columns'];
  dialect: 'sqlite';
}>;

/** The Drizzle tables of a lineage's schema module, unified, under the names they are exported by. */
export type UnifiedTables<TTables extends TableModule> = {
  readonly [K in keyof TTables as TTables[K] extends SQLiteTable ? K : never]: TTables[K] extends SQLiteTable
    ? UnifiedTable<TTables[K]>
    : never;
};

export function unifyTables<TTables extends TableModule>(tables: TTables): UnifiedTables<TTables> {
  const unified = Object.entries(tables).flatMap(([key, table]) =>
    is(table, SQLiteTable) ? [[key, unifyTable(table)]] : [],
  );
  return Object.fromEntries(unified);
}

/** Head's own columns, as they are, answering for the unified table. */
function unifyTable<T extends SQLiteTable>(table: T): UnifiedTable<T> {
  const unified = provenanceTable(viewTableName(getTableName(table)));
  const own = Object.entries(getTableColumns(table)).map(([key, column]) => [
    key,
    columnOf(withViewName(column), unified),
  ]);
  const provenance = Object.entries(getTableColumns(unified));
  const columns = Object.fromEntries([...own, ...provenance]);
  Object.assign(getTableColumns(unified), columns);
  return Object.assign(unified, columns) as unknown as UnifiedTable<T>;
}

function withViewName<T extends SQLiteColumn>(column: T): T {
  const name = viewColumnName(column.name);
  return name === column.name ? column : Object.assign(Object.create(column), { name });
}

/** What Drizzle does for an alias, in each major by another class. */
function columnOf(column: Column, table: Table): Column {
  return new Proxy(column, {
    get: (target, key) => (key === 'table' ? table : Reflect.get(target, key)),
  });
}
