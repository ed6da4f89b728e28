import { nameKey } from '../../sql/index.ts';
import { isIdentity } from '../is-identity.ts';
import type { Arm, Relation, Replica, Source } from '../program.ts';
import { Refused } from '../refused.ts';
import { isEmpty, rowidName } from '../relation.ts';
import { indexesOf, type Shape } from '../shape.ts';
import type { TableShape } from '../table-shape.ts';
import { StepToStage } from './step-to-stage.ts';

/**
 * What it takes to make a table in TEMP that SQLite cannot tell from the one of a replay: neither by its rows nor by
 * the order it meets them in.
 *
 * @throws StepToStage where a statement that was compiled gave out rowids that only SQLite knows
 * @throws Refused when the rowids cannot be named
 */
export function replicaOf(table: TableShape, rows: Relation, shape: Shape): Replica {
  const keepsCount = table.isAutoincrement || (table.hasRowid && table.rowidAlias === undefined);
  if (keepsCount && !isEmpty(rows)) assertAsLaid(table, rows);
  const source = sourceOf(rows.arms[0]);
  const counting = source?.kind === 'table' ? (source.countedBy ?? source) : undefined;
  return {
    table,
    rows,
    sequence:
      table.isAutoincrement && counting
        ? { schema: counting.stage ? 'temp' : 'main', name: counting.name }
        : undefined,
    indexes: indexesOf(table.name, shape),
  };
}

/** True when the file's own table is what a replay would find, so that a statement may read it where it lies. */
export function liesInFile(table: TableShape, rows: Relation, shape: Shape, start: Shape): boolean {
  const key = nameKey(table.name);
  const before = shape.temp.has(key) ? undefined : start.tables.get(key);
  if (!before || before.ddl !== table.ddl || rows.renumberedBy) return false;
  const [then, now] = [start, shape].map((it) => indexesOf(table.name, it).map((index) => index.sql));
  return then?.join() === now?.join() && isIdentity(table, before, rows);
}

function assertAsLaid(table: TableShape, rows: Relation): void {
  if (rows.renumberedBy) throw new StepToStage(rows.renumberedBy);
  const source = sourceOf(rows.arms[0]);
  const hasRowids = source?.kind === 'table' && source.rowid !== undefined && rowidName(table) !== undefined;
  if (!hasRowids && !table.rowidAlias) throw new Refused(`columns of ${table.name} hide its rowid`);
}

/** Rows that were never copied come from one table, through any number of steps. */
function sourceOf(arm: Arm | undefined): Source | undefined {
  return arm?.source.kind === 'relation' ? sourceOf(arm.source.relation.arms[0]) : arm?.source;
}
