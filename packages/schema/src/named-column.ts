import type { SQLiteColumnBuilder } from 'drizzle-orm/sqlite-core';

type ColumnClasses = { number: 'SQLiteInteger'; string: 'SQLiteText' };

/** A column's builder, typed by what both majors of Drizzle know of it: their own builders' types differ. */
export type NamedColumn<
  TName extends string,
  TKind extends keyof ColumnClasses,
  TData,
> = SQLiteColumnBuilder<{
  name: TName;
  dataType: TKind;
  columnType: ColumnClasses[TKind];
  data: TData;
  driverParam: TData;
  enumValues: undefined;
}>;

export type Filled<TBuilder> = TBuilder & { _: { notNull: true } };

export type Key<TBuilder> = Filled<TBuilder> & { _: { hasDefault: true; isPrimaryKey: true } };
