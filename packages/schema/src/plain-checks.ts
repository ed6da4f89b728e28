import { type Column, getTableColumns, type Table } from 'drizzle-orm';
import { isJsonColumn } from './json-column.ts';
import { exactProblemOf } from './json-schemas.ts';

/** Whether a value is one that the column's schema takes for certain, and keeps as it is. False says nothing. */
export type PlainCheck = (value: unknown) => boolean;

const isText: PlainCheck = (value) => typeof value === 'string' && value.isWellFormed();

/** By the class of the column, as both majors of Drizzle name it. */
const checks: Readonly<Record<string, PlainCheck>> = {
  SQLiteInteger: Number.isSafeInteger,
  SQLiteReal: Number.isFinite,
  SQLiteBoolean: (value) => typeof value === 'boolean',
};

/**
 * By the key of a column, what is much cheaper than its schema, for rows that are almost always right. A column without
 * one has to be left to the schema.
 */
export function plainChecks(table: Table): ReadonlyMap<string, PlainCheck> {
  const columns = Object.entries(getTableColumns(table));
  return new Map(
    columns.flatMap(([key, column]) => {
      const check = plainCheck(column);
      return check && !column.generated ? [[key, check] as const] : [];
    }),
  );
}

function plainCheck(column: Column): PlainCheck | undefined {
  if (isJsonColumn(column)) {
    const findProblem = exactProblemOf(column.writtenSchema);
    return findProblem && ((value) => findProblem(value) === undefined);
  }
  return column.columnType === 'SQLiteText' ? textCheck(column) : checks[column.columnType];
}

function textCheck(column: Column): PlainCheck | undefined {
  const words: readonly unknown[] = column.enumValues ?? [];
  if (words.length > 0) return (value) => words.includes(value);
  return 'length' in column && column.length !== undefined ? undefined : isText;
}
