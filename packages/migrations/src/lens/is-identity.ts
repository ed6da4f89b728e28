import { nameKey } from '../sql/index.ts';
import type { Relation } from './program.ts';
import type { TableShape } from './table-shape.ts';

/**
 * The file's own table is head's when it shows the same rows in the same columns. A column that is nothing but a
 * column of the file, under its own collation, has the affinity it had.
 * Copied rows have new rowids: only where these cannot be asked for by another name is the old table as good.
 */
export function isIdentity(table: TableShape, before: TableShape, relation: Relation): boolean {
  const [arm] = relation.arms;
  if (relation.arms.length !== 1 || arm?.source.kind !== 'table' || arm.where !== undefined) return false;
  if (arm.source.stage || nameKey(arm.source.name) !== nameKey(table.name)) return false;
  if (before.hasRowid !== table.hasRowid) return false;
  if (relation.renumberedBy && table.hasRowid && table.rowidAlias === undefined) return false;
  return (
    before.columns.length === table.columns.length &&
    before.rowidAlias === table.rowidAlias &&
    table.columns.every((column, at) => {
      const old = before.columns[at];
      const value = arm.values[at];
      return (
        old?.name === column.name && value?.column === column.name && value.ownCollation === value.collation
      );
    })
  );
}
