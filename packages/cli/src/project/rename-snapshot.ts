import { VarveError } from '@varve/schema';
import { z } from 'zod';
import type { Rename } from './rename.ts';

const named = z.looseObject({ name: z.string() });
const withColumns = z.looseObject({ name: z.string(), columns: z.array(z.string()) });

const tableSchema = z.looseObject({
  name: z.string(),
  columns: z.record(z.string(), named),
  indexes: z.record(z.string(), withColumns),
  foreignKeys: z.record(
    z.string(),
    z.looseObject({
      name: z.string(),
      tableFrom: z.string(),
      tableTo: z.string(),
      columnsFrom: z.array(z.string()),
      columnsTo: z.array(z.string()),
    }),
  ),
  compositePrimaryKeys: z.record(z.string(), withColumns),
  uniqueConstraints: z.record(z.string(), withColumns),
  checkConstraints: z.record(z.string(), z.looseObject({ name: z.string(), value: z.string() })),
});

const snapshotSchema = z.looseObject({ tables: z.record(z.string(), tableSchema) });

type Snapshot = z.infer<typeof snapshotSchema>;
type SnapshotTable = z.infer<typeof tableSchema>;

/**
 * A drizzle-kit snapshot (format 6) after a rename: its tables and columns, what refers to them, and the names that
 * drizzle-kit makes of them. It then finds no difference there and has nothing to ask.
 *
 * @throws RENAME_INVALID when there is nothing of the old name, or something of the new one.
 */
export function renameInSnapshot(snapshot: unknown, rename: Rename): Snapshot {
  const { tables, ...rest } = snapshotSchema.parse(snapshot);
  assertFits(tables, rename);
  const tableNow = (name: string) => (rename.table === undefined && name === rename.from ? rename.to : name);
  const columnNow = (table: string, name: string) =>
    rename.table === table && name === rename.from ? rename.to : name;
  const renamed = Object.values(tables).map((table) => renameTable(table, rename, tableNow, columnNow));
  return { ...rest, tables: byName(renamed) };
}

function assertFits(tables: Snapshot['tables'], { table, from, to }: Rename): void {
  const names = Object.keys(table === undefined ? tables : (tables[table]?.columns ?? {}));
  const what = table === undefined ? 'table' : `column of ${table}`;
  const invalid = (reason: string) =>
    new VarveError('RENAME_INVALID', reason, {
      hint: `the migrations make these: ${names.join(', ') || 'none'}`,
      details: { table, from, to },
    });
  if (!names.includes(from)) throw invalid(`${from} is no ${what} in the migrations`);
  if (names.includes(to)) throw invalid(`${to} is a ${what} in the migrations already`);
}

function renameTable(
  table: SnapshotTable,
  rename: Rename,
  tableNow: (name: string) => string,
  columnNow: (table: string, name: string) => string,
): SnapshotTable {
  const here = (name: string) => columnNow(table.name, name);
  const moved = <T extends { columns: string[] }>(it: T): T => ({ ...it, columns: it.columns.map(here) });
  return {
    ...table,
    name: tableNow(table.name),
    columns: byName(Object.values(table.columns).map((it) => ({ ...it, name: here(it.name) }))),
    indexes: byName(Object.values(table.indexes).map(moved)),
    uniqueConstraints: byName(Object.values(table.uniqueConstraints).map(moved)),
    compositePrimaryKeys: byName(
      Object.values(table.compositePrimaryKeys).map((key) => {
        const now = moved(key);
        const isOwnName = key.name === [table.name, ...key.columns, 'pk'].join('_');
        return isOwnName ? { ...now, name: [tableNow(table.name), ...now.columns, 'pk'].join('_') } : now;
      }),
    ),
    foreignKeys: byName(
      Object.values(table.foreignKeys).map((key) => renameReference(key, tableNow, columnNow)),
    ),
    checkConstraints: byName(
      Object.values(table.checkConstraints).map((it) => ({
        ...it,
        value: renameInSql(it.value, table.name, rename),
      })),
    ),
  };
}

function renameReference(
  key: SnapshotTable['foreignKeys'][string],
  tableNow: (name: string) => string,
  columnNow: (table: string, name: string) => string,
): SnapshotTable['foreignKeys'][string] {
  const now = {
    ...key,
    tableFrom: tableNow(key.tableFrom),
    tableTo: tableNow(key.tableTo),
    columnsFrom: key.columnsFrom.map((name) => columnNow(key.tableFrom, name)),
    columnsTo: key.columnsTo.map((name) => columnNow(key.tableTo, name)),
  };
  return key.name === referenceName(key) ? { ...now, name: referenceName(now) } : now;
}

function referenceName(key: SnapshotTable['foreignKeys'][string]): string {
  return [key.tableFrom, ...key.columnsFrom, key.tableTo, ...key.columnsTo, 'fk'].join('_');
}

/** drizzle-kit writes columns inside SQL as "table"."column"; anything else it compares with what it finds anew. */
function renameInSql(sql: string, table: string, { table: owner, from, to }: Rename): string {
  if (owner === undefined) return table === from ? sql.replaceAll(`"${from}".`, `"${to}".`) : sql;
  return owner === table ? sql.replaceAll(`"${table}"."${from}"`, `"${table}"."${to}"`) : sql;
}

function byName<T extends { readonly name: string }>(items: readonly T[]): Record<string, T> {
  return Object.fromEntries(items.map((item) => [item.name, item]));
}
