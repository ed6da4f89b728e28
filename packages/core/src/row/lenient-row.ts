import { isJsonColumn, toJson, VarveError } from '@varve/schema';
import { getTableColumns, getTableName } from 'drizzle-orm';
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Row } from './row-encoder.ts';

type Report = (error: unknown) => void;

/**
 * The row with JSON made of what is none, and text made whole: a copy, which later changes of what was given do not
 * reach. A key that is no column is reported and left out.
 */
export function lenientRow(table: SQLiteTable, given: Row, report: Report): Row {
  const isJson = jsonKeysOf(table);
  const row: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const isJsonKey = isJson.get(key);
    if (isJsonKey === undefined) report(unknownColumnError(table, key));
    else if (value === null) row[key] = null;
    else row[key] = isJsonKey ? toJson(value) : wellFormed(value);
  }
  return row;
}

const known = new WeakMap<SQLiteTable, ReadonlyMap<string, boolean>>();

/** By the key of a column, whether it holds JSON. */
function jsonKeysOf(table: SQLiteTable): ReadonlyMap<string, boolean> {
  const keys =
    known.get(table) ??
    new Map(Object.entries(getTableColumns(table)).map(([key, column]) => [key, isJsonColumn(column)]));
  known.set(table, keys);
  return keys;
}

function wellFormed(value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value;
}

/**
 * Does the work with the row, and again without what was refused in it, which is reported: a call is on record even
 * where its result does not fit the column.
 */
export function withoutRefused<T>(table: SQLiteTable, row: Row, report: Report, work: (row: Row) => T): T {
  let left = row;
  for (;;) {
    try {
      return work(left);
    } catch (error) {
      const refused = refusedKeys(table, left, error);
      if (refused.length === 0) throw error;
      report(error);
      left = Object.fromEntries(Object.entries(left).filter(([key]) => !refused.includes(key)));
    }
  }
}

/** What the row can do without, and the error is about. */
function refusedKeys(table: SQLiteTable, row: Row, error: unknown): readonly string[] {
  if (!(error instanceof VarveError) || error.code !== 'ROW_INVALID') return [];
  const { column: name, constraint } = error.details;
  const refused =
    constraint === 'SQLITE_CONSTRAINT_FOREIGNKEY'
      ? getTableConfig(table).foreignKeys.flatMap((key) => key.reference().columns)
      : Object.values(getTableColumns(table)).filter((column) => column.name === name);
  return Object.entries(getTableColumns(table)).flatMap(([key, column]) =>
    refused.some((it) => it.name === column.name) && key in row && (!column.notNull || column.hasDefault)
      ? [key]
      : [],
  );
}

function unknownColumnError(table: SQLiteTable, key: string): VarveError {
  const name = getTableName(table);
  return new VarveError('ROW_INVALID', `${name}.${key}: is no column of the table`, {
    hint: 'record what has no column as metadata; the rest of the row was recorded',
    details: { table: name, column: key, path: [] },
  });
}
