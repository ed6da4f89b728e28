import { VarveError } from '@varve/schema';
import { z } from 'zod';
import type { Drop } from './drop.ts';

const parts = z.record(z.string(), z.looseObject({ columns: z.array(z.string()) })).optional();

const tableSchema = z.looseObject({
  columns: z.record(z.string(), z.looseObject({ name: z.string() })),
  indexes: parts,
  uniqueConstraints: parts,
  foreignKeys: z.record(z.string(), z.looseObject({ columnsFrom: z.array(z.string()) })).optional(),
});

const snapshotSchema = z.looseObject({ tables: z.record(z.string(), tableSchema) });

type SnapshotTable = z.infer<typeof tableSchema>;

/**
 * A drizzle-kit snapshot (format 6) without a table, or without a column and the indexes and keys that it is part of.
 *
 * @throws RENAME_INVALID where there is no such table or column
 */
export function dropFromSnapshot(snapshot: unknown, { table: name, column }: Drop): unknown {
  const { tables, ...rest } = snapshotSchema.parse(snapshot);
  const { [name]: table, ...others } = tables;
  if (!table) throw unknownName(name, 'table', Object.keys(tables));
  if (column === undefined) return { ...rest, tables: others };
  if (!(column in table.columns)) throw unknownName(column, `column of ${name}`, Object.keys(table.columns));
  return { ...rest, tables: { ...others, [name]: dropColumn(table, column) } };
}

function dropColumn(table: SnapshotTable, column: string): SnapshotTable {
  const { [column]: _, ...columns } = table.columns;
  const isOther = ({ columns }: { readonly columns: readonly string[] }) => !columns.includes(column);
  return {
    ...table,
    columns,
    indexes: kept(table.indexes, isOther),
    uniqueConstraints: kept(table.uniqueConstraints, isOther),
    foreignKeys: kept(table.foreignKeys, (key) => !key.columnsFrom.includes(column)),
  };
}

function kept<T>(items: Record<string, T> = {}, isKept: (item: T) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(items).filter(([, item]) => isKept(item)));
}

function unknownName(name: string, what: string, names: readonly string[]): VarveError {
  return new VarveError('RENAME_INVALID', `${name} is no ${what} in the migrations`, {
    hint: `the migrations make these: ${names.join(', ') || 'none'}`,
  });
}
