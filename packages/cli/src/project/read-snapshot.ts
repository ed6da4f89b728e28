import { existsSync, readFileSync } from 'node:fs';
import type { IntendedReference } from '@varve/migrations';
import { z } from 'zod';

/** The schema after a migration, as drizzle-kit wrote it down. */
export interface Snapshot {
  /** The names of each table's columns. */
  readonly tables: ReadonlyMap<string, readonly string[]>;
  readonly references: readonly IntendedReference[];
}

const names = z.array(z.string());
const actions = { onDelete: z.string().default('no action'), onUpdate: z.string().default('no action') };

/** Of drizzle-kit 0.31. */
const treeSchema = z.object({
  tables: z.record(
    z.string(),
    z.object({
      name: z.string(),
      columns: z.record(z.string(), z.object({ name: z.string() })),
      foreignKeys: z
        .record(
          z.string(),
          z.object({ tableFrom: z.string(), tableTo: z.string(), columnsFrom: names, ...actions }),
        )
        .default({}),
    }),
  ),
});

/** Of drizzle-kit 1.0. */
const listSchema = z.object({
  ddl: z.array(
    z.union([
      z.object({ entityType: z.literal('tables'), name: z.string() }),
      z.object({ entityType: z.literal('columns'), table: z.string(), name: z.string() }),
      z.object({
        entityType: z.literal('fks'),
        table: z.string(),
        columns: names,
        tableTo: z.string(),
        ...actions,
      }),
      z.object({ entityType: z.string() }),
    ]),
  ),
});

/** Undefined where there is no such file, or drizzle-kit has written it in a way that is not known here. */
export function readSnapshot(path: string): Snapshot | undefined {
  if (!existsSync(path)) return undefined;
  const json: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const tree = treeSchema.safeParse(json);
  if (tree.success) return readTree(tree.data);
  const list = listSchema.safeParse(json);
  return list.success ? readList(list.data) : undefined;
}

function readTree({ tables }: z.infer<typeof treeSchema>): Snapshot {
  const all = Object.values(tables);
  const references = all.flatMap(({ foreignKeys }) =>
    Object.values(foreignKeys).map(({ tableFrom, tableTo, columnsFrom, onDelete, onUpdate }) => {
      return { table: tableFrom, columns: columnsFrom, parent: tableTo, onDelete, onUpdate };
    }),
  );
  const columnsOf = (columns: (typeof all)[number]['columns']) =>
    Object.values(columns).map(({ name }) => name);
  return { tables: new Map(all.map(({ name, columns }) => [name, columnsOf(columns)])), references };
}

function readList({ ddl }: z.infer<typeof listSchema>): Snapshot {
  const tables = new Map<string, string[]>();
  const references: IntendedReference[] = [];
  for (const it of ddl) {
    if ('tableTo' in it) {
      const { table, columns, tableTo: parent, onDelete, onUpdate } = it;
      references.push({ table, columns, parent, onDelete, onUpdate });
    } else if ('table' in it) tables.set(it.table, [...(tables.get(it.table) ?? []), it.name]);
    else if ('name' in it && !tables.has(it.name)) tables.set(it.name, []);
  }
  return { tables, references };
}
