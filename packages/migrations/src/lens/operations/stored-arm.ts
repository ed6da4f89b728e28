import { nameKey } from '../../sql/index.ts';
import type { Arm } from '../program.ts';
import { Refused } from '../refused.ts';
import { integers, nulls } from '../storage-classes.ts';
import { storedValue } from '../stored-value.ts';
import type { ColumnShape, TableShape } from '../table-shape.ts';
import type { Expression, Value } from '../value.ts';
import { defaultOf } from './default-value.ts';

/** Rows on their way into a table; undefined for a generated column that only SQLite can compute. */
export interface IncomingArm extends Omit<Arm, 'values'> {
  readonly values: readonly (Expression | Value | undefined)[];
}

/**
 * The rows with every value as the table's column stores it. `names` are the name keys of the columns that the values
 * go to; the others have their default.
 */
export function storedArm(incoming: IncomingArm, names: readonly string[], table: TableShape): Arm {
  if (incoming.values.length !== names.length)
    throw new Refused('it has another number of values than columns');
  const values = table.columns.map((column): Value | undefined => {
    if (column.isGenerated) return undefined;
    const at = names.lastIndexOf(nameKey(column.name));
    const value = at === -1 ? defaultOf(column, table.isStrict, 'inserted') : incoming.values[at];
    if (!value) throw new Refused(`it copies a generated column into ${column.name}`);
    if (column.name === table.rowidAlias) assertKeyIsGiven(column, value.classes);
    return storedValue(value, column);
  });
  return { ...incoming, values };
}

/** For a NULL, SQLite would invent a key that depends on the rows before. */
function assertKeyIsGiven(column: ColumnShape, classes: number): void {
  if (classes & nulls || !(classes & integers)) {
    throw new Refused(`SQLite would invent values for the key ${column.name}`);
  }
}
