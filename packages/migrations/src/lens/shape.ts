import type { Database } from '../driver/index.ts';
import type { ActingSchema, SchemaObject } from '../replay/index.ts';
import { nameKey, quoteIdentifier } from '../sql/index.ts';

import { LazyMap } from './lazy-map.ts';
import type { ShapeReader } from './shape-reader.ts';
import type { TableShape } from './table-shape.ts';

/** The schema between two statements. */
export interface Shape {
  /** Ordinary tables by name key, in the order they were made. */
  readonly tables: LazyMap<TableShape>;
  /** Virtual tables, and the tables those keep for themselves, by name key. */
  readonly opaque: ReadonlyMap<string, OpaqueShape>;
  /** The sets of columns, by name key, in which a table can hold no two equal rows. */
  readonly uniqueKeys: LazyMap<readonly (readonly string[])[]>;
  readonly objects: readonly SchemaObject[];
  /** The TEMP tables among `tables`, by name key: no file keeps them. */
  readonly temp: ReadonlySet<string>;
  readonly tempViews: readonly SchemaObject[];
  /** What foreign keys do to children when rows of their parents change. */
  readonly acting: () => ActingSchema;
  /** Triggers that a lens of the ordinary tables alone leaves out, for they keep virtual tables. */
  readonly leftOut?: readonly SchemaObject[];
  /** True when a TEMP table or view hides another, or TEMP triggers exist. */
  readonly isObscured: boolean;
}

export interface OpaqueShape {
  readonly name: string;
  readonly columns: readonly string[];
}

/** The indexes of a table that a statement made. */
export function indexesOf(table: string, { objects }: Pick<Shape, 'objects'>): SchemaObject[] {
  const key = nameKey(table);
  return objects.filter((it) => it.type === 'index' && nameKey(it.table) === key);
}

/** The schema as it is now, its objects read. What SQLite makes of each table is read when somebody asks. */
export function readShape(sqlite: Database, objects: readonly SchemaObject[], reader: ShapeReader): Shape {
  const all = objects.filter((it) => it.type === 'table');
  const opaque = readOpaque(sqlite, all);
  const temporary = reader.mayMakeTemp ? readTempObjects(sqlite) : [];
  const tempTables = temporary.filter((it) => it.type === 'table');
  const isObscured = obscures(temporary, objects);
  const ordinary = [...all, ...(isObscured ? [] : tempTables)].filter((it) => !opaque.has(nameKey(it.name)));
  const keysOf = ({ name, sql }: SchemaObject) =>
    reader.readUniqueKeys(reader.read(name, sql), indexesOf(name, { objects }));
  return {
    tables: new LazyMap(() => ordinary.map(({ name, sql }) => [nameKey(name), () => reader.read(name, sql)])),
    uniqueKeys: new LazyMap(() => ordinary.map((table) => [nameKey(table.name), () => keysOf(table)])),
    opaque,
    objects,
    temp: new Set(tempTables.map((it) => nameKey(it.name))),
    tempViews: temporary.filter((it) => it.type === 'view'),
    acting: () => reader.readActing([...objects, ...temporary]),
    isObscured,
  };
}

function obscures(temporary: readonly SchemaObject[], objects: readonly SchemaObject[]): boolean {
  if (temporary.length === 0) return false;
  const names = new Set(objects.map((it) => nameKey(it.name)));
  return temporary.some((it) => it.type === 'trigger' || names.has(nameKey(it.name)));
}

function readOpaque(sqlite: Database, tables: readonly SchemaObject[]): Map<string, OpaqueShape> {
  if (!tables.some(({ sql }) => /^CREATE VIRTUAL/i.test(sql))) return new Map();
  const kinds = sqlite.pragma('main.table_list') as { schema: string; name: string; type: string }[];
  const ordinary = new Set(
    kinds.filter((it) => it.schema === 'main' && it.type === 'table').map((it) => it.name),
  );
  return new Map(
    tables
      .filter(({ name }) => !ordinary.has(name))
      .map(({ name }) => [nameKey(name), { name, columns: readVisibleColumns(sqlite, name) }]),
  );
}

function readVisibleColumns(sqlite: Database, name: string): string[] {
  const rows = sqlite.pragma(`main.table_xinfo(${quoteIdentifier(name)})`) as {
    name: string;
    hidden: number;
  }[];
  return rows.filter((row) => row.hidden === 0).map((row) => row.name);
}

function readTempObjects(sqlite: Database): SchemaObject[] {
  return sqlite
    .prepare<[], SchemaObject>(
      `SELECT type, name, tbl_name AS "table", sql FROM sqlite_temp_schema
       WHERE sql IS NOT NULL AND type <> 'index' ORDER BY rowid`,
    )
    .all();
}
