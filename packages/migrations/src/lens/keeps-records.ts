import { defaultOf } from './operations/default-value.ts';
import type { Relation } from './program.ts';
import { Refused } from './refused.ts';
import { storedValue } from './stored-value.ts';
import type { ColumnShape, TableShape } from './table-shape.ts';
import type { Value } from './value.ts';

/**
 * Whether the rows of a table of the file, byte for byte as they lie, are those of a table of head under its declaration:
 * each column that was there is where it was, and what rows lack at their end is the default of head's columns.
 * `before` is the table that the relation is read from.
 */
export function keepsRecords(table: TableShape, before: TableShape, { arms }: Relation): boolean {
  const [arm] = arms;
  if (!arm || arms.length !== 1 || arm.source.kind !== 'table' || arm.source.stage) return false;
  if (arm.where !== undefined) return false;
  const isKept = (column: ColumnShape, at: number) => arm.values[at]?.column === column.name;
  if (!before.columns.every(isKept)) return false;
  if (before.ddl === table.ddl) return true;
  return areOfOneKind(table, before) && table.columns.every(isReadSo);

  function isReadSo(column: ColumnShape, at: number): boolean {
    const old = before.columns[at];
    if (old) return old.affinity === column.affinity && old.defaultSql === column.defaultSql;
    return isDefault(arm?.values[at], column, table.isStrict);
  }
}

function areOfOneKind(table: TableShape, before: TableShape): boolean {
  const isPlain = ({ hasRowid, columns }: TableShape) =>
    hasRowid && !columns.some(({ isGenerated }) => isGenerated);
  return (
    isPlain(table) &&
    isPlain(before) &&
    table.isStrict === before.isStrict &&
    aliasPlace(table) === aliasPlace(before)
  );
}

/** In the record of a row the key's own place is empty. */
function aliasPlace({ columns, rowidAlias }: TableShape): number {
  return columns.findIndex(({ name }) => name === rowidAlias);
}

function isDefault(value: Value | undefined, column: ColumnShape, isStrict: boolean): boolean {
  try {
    return value?.sql === storedValue(defaultOf(column, isStrict, 'added'), column).sql;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}
