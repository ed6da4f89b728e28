import type { TableModule } from '@varve/migrations';
import type { JsonInput, JsonText } from '@varve/schema';
import type { InferInsertModel, InferSelectModel, Table } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Db } from '../orm/index.ts';

/** The tables among a schema module's exports. */
export type TableOf<TTables extends TableModule> = Extract<TTables[keyof TTables], SQLiteTable>;

/** The columns that a session fills in a table on the timeline. */
type TimelineKey<TTable extends Table> = TTable['_']['columns'] extends { seq: unknown; sessionId: unknown }
  ? 'seq' | 'sessionId'
  : never;

/** The values of a row, with JSON columns as `JsonInput` has them. */
type WithJsonInput<TTable extends Table, TRow> = {
  [K in keyof TRow]: K extends keyof TTable['_']['columns']
    ? TTable['_']['columns'][K]['_'] extends { driverParam: JsonText; data: infer TData }
      ? JsonInput<TData> | Extract<TRow[K], null | undefined>
      : TRow[K]
    : TRow[K];
};

/** What `session.record` takes for a table: the insert row, without what the session fills. */
export type RecordValues<TTable extends Table> = WithJsonInput<
  TTable,
  Omit<InferInsertModel<TTable>, TimelineKey<TTable>>
>;

type KeyColumn<TTable extends Table> = {
  [K in keyof TTable['_']['columns']]: TTable['_']['columns'][K]['_']['isPrimaryKey'] extends true
    ? K
    : never;
}[keyof TTable['_']['columns']];

/** The value of a table's key column; `undefined` where the key is made of several columns, or of none. */
export type RecordKey<TTable extends Table> = [KeyColumn<TTable>] extends [never]
  ? undefined
  : InferSelectModel<TTable>[KeyColumn<TTable> & keyof InferSelectModel<TTable>];

/** Drizzle as readers get it: nothing that writes. */
export type ReadonlyDb<TTables extends TableModule> = Pick<
  Db<TTables>,
  'select' | 'selectDistinct' | 'query' | '$with' | 'with' | '$count' | 'all' | 'get' | 'values'
>;
