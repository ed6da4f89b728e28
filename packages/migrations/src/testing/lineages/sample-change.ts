import type { Dice } from './dice.ts';
import type { Ground } from './sample-expression.ts';
import type { SampleTable } from './sample-schema.ts';

/** Writes the statements of one change to the tables that exist now. */
export type SampleChange = (dice: Dice, table: SampleTable, tables: readonly SampleTable[]) => string[];

export const types = [
  'text', 'integer', 'real', 'numeric', 'blob', '', 'INT', 'varchar(20)', 'boolean', 'datetime',
  'double precision', 'any', 'BIGINT', 'decimal(10, 2)', 'CLOB', 'STRING', '""', '"my text"', 'FLOATING POINT',
  'character varying (10, 2)', '[]',
]; // biome-ignore format: a list reads better in rows
const strictTypes = ['TEXT', 'INTEGER', 'REAL', 'ANY', 'BLOB'];
const collations = ['', '', '', ' COLLATE NOCASE', ' COLLATE RTRIM'];

export function others(table: SampleTable, tables: readonly SampleTable[]): SampleTable[] {
  return tables.filter((it) => it !== table);
}

export function groundOf(table: SampleTable, tables: readonly SampleTable[], alias = table.name): Ground {
  return { table, alias, others: others(table, tables) };
}

export function pickDefinition(dice: Dice, isStrict: boolean): string {
  const type = isStrict ? dice.pick(strictTypes) : dice.pick(types);
  return `${type}${dice.pick(collations)}`;
}
