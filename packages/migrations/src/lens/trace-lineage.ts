import Database from 'better-sqlite3';
import { applyMigration } from '../apply-migration.ts';
import type { Lineage, Migration } from '../lineage.ts';
import { registerFunctions } from '../register-functions.ts';
import { readSchema, type SchemaObject } from '../schema-at.ts';
import type { SqlStatement } from '../split-statements.ts';
import { quoteIdentifier } from '../sql-tokens.ts';
import { nameKey } from './name-key.ts';
import { ShapeReader, type TableShape } from './table-shape.ts';

/** The schema between two statements. */
export interface Shape {
  /** Ordinary tables by name key, in the order they were made. */
  readonly tables: ReadonlyMap<string, TableShape>;
  /** Virtual tables, and the tables those keep for themselves, by name key. */
  readonly opaque: ReadonlyMap<string, OpaqueShape>;
  /** The sets of columns, by name key, in which a table can hold no two equal rows. */
  readonly uniqueKeys: ReadonlyMap<string, readonly (readonly string[])[]>;
  readonly objects: readonly SchemaObject[];
  /** The TEMP tables among `tables`, by name key: no file keeps them. */
  readonly temp: ReadonlySet<string>;
  /** True when a TEMP table hides a table, or TEMP views or triggers exist. */
  readonly isObscured: boolean;
}

export interface OpaqueShape {
  readonly name: string;
  readonly columns: readonly string[];
}

/** A statement of a migration, with the schema it met and the one it left. */
export interface Step {
  readonly migration: Migration;
  readonly statement: SqlStatement;
  readonly before: Shape;
  readonly after: Shape;
}

export interface LineageTrace {
  /** The shape at each version that an empty database reaches. */
  readonly shapes: readonly Shape[];
  /** The steps of each migration. */
  readonly steps: readonly (readonly Step[])[];
  /** What SQLite said of the statement that failed on an empty database, if one did. */
  readonly failure:
    | { readonly migration: Migration; readonly statement: string; readonly reason: string }
    | undefined;
}

const cache = new WeakMap<Lineage, LineageTrace>();

/** Runs the lineage once on an empty database, so that SQLite itself tells every schema on the way. */
export function traceLineage(lineage: Lineage): LineageTrace {
  const known = cache.get(lineage);
  if (known) return known;
  const sqlite = new Database(':memory:');
  const reader = new ShapeReader(lineage);
  try {
    sqlite.pragma('foreign_keys = OFF');
    registerFunctions(sqlite, lineage);
    const trace = runLineage(sqlite, lineage, reader);
    cache.set(lineage, trace);
    return trace;
  } finally {
    reader.close();
    sqlite.close();
  }
}

function runLineage(sqlite: Database.Database, lineage: Lineage, reader: ShapeReader): LineageTrace {
  const shapes = [readShapes(sqlite, reader)];
  const steps: Step[][] = [];
  for (const migration of lineage.migrations) {
    const statements: SqlStatement[] = [];
    const seen: Shape[] = [];
    try {
      applyMigration(sqlite, migration, undefined, (statement) => {
        statements.push(statement);
        seen.push(statements.length === 1 ? (shapes.at(-1) as Shape) : readShapes(sqlite, reader));
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { shapes, steps, failure: { migration, statement: statements.at(-1)?.text ?? '', reason } };
    }
    const end = readShapes(sqlite, reader);
    shapes.push(end);
    steps.push(
      statements.map((statement, at) => ({
        migration,
        statement,
        before: seen[at] as Shape,
        after: seen[at + 1] ?? end,
      })),
    );
  }
  return { shapes, steps, failure: undefined };
}

const lastRead = new WeakMap<Database.Database, { stamp: string; shape: Shape }>();

/** Statements that change rows leave the schema's stamp, and with it the shape, as they were. */
function readShapes(sqlite: Database.Database, reader: ShapeReader): Shape {
  const stamp = `${sqlite.pragma('main.schema_version', { simple: true })} ${sqlite.pragma('temp.schema_version', { simple: true })}`;
  const last = lastRead.get(sqlite);
  if (last?.stamp === stamp) return last.shape;
  const shape = readShapeNow(sqlite, reader);
  lastRead.set(sqlite, { stamp, shape });
  return shape;
}

function readShapeNow(sqlite: Database.Database, reader: ShapeReader): Shape {
  const objects = readSchema(sqlite);
  const kinds = readKinds(sqlite);
  const tables = new Map<string, TableShape>();
  const opaque = new Map<string, OpaqueShape>();
  const uniqueKeys = new Map<string, string[][]>();
  for (const { type, name, sql } of objects) {
    if (type !== 'table') continue;
    const key = nameKey(name);
    if (kinds.get(name) === 'table') {
      const table = reader.read(name, sql);
      tables.set(key, table);
      uniqueKeys.set(key, readUniqueKeys(sqlite, table));
    } else {
      opaque.set(key, { name, columns: readVisibleColumns(sqlite, name) });
    }
  }
  const temporary = readTempObjects(sqlite);
  const temp = new Set(temporary.map((it) => nameKey(it.name)));
  const isObscured = temporary.some((it) => it.type !== 'table' || tables.has(nameKey(it.name)));
  for (const { name, sql } of isObscured ? [] : temporary) tables.set(nameKey(name), reader.read(name, sql));
  return { tables, opaque, uniqueKeys, objects, temp, isObscured };
}

function readTempObjects(sqlite: Database.Database): { type: string; name: string; sql: string }[] {
  return sqlite
    .prepare<[], { type: string; name: string; sql: string }>(
      `SELECT type, name, sql FROM sqlite_temp_schema WHERE sql IS NOT NULL AND type <> 'index' ORDER BY rowid`,
    )
    .all();
}

function readKinds(sqlite: Database.Database): Map<string, string> {
  const rows = sqlite.pragma('main.table_list') as { schema: string; name: string; type: string }[];
  return new Map(rows.filter((row) => row.schema === 'main').map((row) => [row.name, row.type]));
}

function readVisibleColumns(sqlite: Database.Database, name: string): string[] {
  const rows = sqlite.pragma(`main.table_xinfo(${quoteIdentifier(name)})`) as {
    name: string;
    hidden: number;
  }[];
  return rows.filter((row) => row.hidden === 0).map((row) => row.name);
}

interface IndexRow {
  name: string;
  unique: number;
  partial: number;
}

function readUniqueKeys(sqlite: Database.Database, table: TableShape): string[][] {
  const indexes = sqlite.pragma(`main.index_list(${quoteIdentifier(table.name)})`) as IndexRow[];
  const keys = indexes
    .filter((index) => index.unique === 1 && index.partial === 0)
    .map(
      (index) =>
        sqlite.pragma(`main.index_info(${quoteIdentifier(index.name)})`) as { name: string | null }[],
    )
    .filter((terms) => terms.every((term) => term.name !== null))
    .map((terms) => terms.map((term) => nameKey(term.name ?? '')));
  return table.rowidAlias ? [[nameKey(table.rowidAlias)], ...keys] : keys;
}
