import { type Database, openMemory } from '../driver/index.ts';
import { type Lineage, registerFunctions } from '../lineage/index.ts';
import {
  type ActingSchema,
  actingSchema,
  type ForeignKeyAction,
  readForeignKeyActions,
  type SchemaObject,
} from '../replay/index.ts';
import { keywordOf, nameKey, quoteIdentifier, tokenizeSql } from '../sql/index.ts';

import { addedColumn } from './added-column.ts';
import { scratchDatabase } from './scratch-database.ts';

export type Affinity = 'blob' | 'text' | 'integer' | 'real' | 'numeric';

export interface ColumnShape {
  readonly name: string;
  readonly declaredType: string;
  readonly affinity: Affinity;
  readonly collation: string;
  readonly isGenerated: boolean;
  readonly isNotNull: boolean;
  /** The DEFAULT expression as written, without its parentheses. */
  readonly defaultSql: string | undefined;
}

/** What SQLite itself says of a table made by a statement. */
export interface TableShape {
  readonly name: string;
  readonly ddl: string;
  readonly columns: readonly ColumnShape[];
  /** The INTEGER PRIMARY KEY column, for which SQLite invents values. */
  readonly rowidAlias: string | undefined;
  readonly isStrict: boolean;
  readonly hasRowid: boolean;
  /** True when SQLite never gives out a key again. */
  readonly isAutoincrement: boolean;
  /** True when a constraint of the table resolves conflicts by itself, as in UNIQUE ON CONFLICT REPLACE. */
  readonly resolvesConflicts: boolean;
}

const probe = '"varve alone"';

interface ColumnRow {
  name: string;
  type: string;
  notnull: number;
  dflt_value: string | null;
  pk: number;
  hidden: number;
}

/** Makes tables one at a time in an empty database and reads back what SQLite understood. */
export class ShapeReader {
  readonly #lineage: Lineage;
  readonly #known = new Map<string, TableShape>();
  readonly #latest = new Map<string, TableShape>();
  readonly #actions = new Map<string, readonly ForeignKeyAction[]>();

  constructor(lineage: Lineage) {
    this.#lineage = lineage;
  }

  read(name: string, ddl: string): TableShape {
    const known = this.#known.get(ddl);
    if (known) return known;
    const shape = this.#grow(name, ddl) ?? this.#make(name, ddl, (sqlite) => readShape(sqlite, name, ddl));
    this.#known.set(ddl, shape);
    this.#latest.set(name, shape);
    return shape;
  }

  /** Of a table that has but a column more than the last of its name, only the column is read. */
  #grow(name: string, ddl: string): TableShape | undefined {
    const before = this.#latest.get(name);
    const definition = before && addedColumn(before.ddl, ddl);
    if (!before || definition === undefined) return undefined;
    const alone = `CREATE TABLE ${probe} (${before.isStrict ? 'first TEXT' : 'first'}, ${definition})${before.isStrict ? ' STRICT' : ''}`;
    const { columns } = this.#make('varve alone', alone, (sqlite) => readShape(sqlite, 'varve alone', alone));
    const [, column, ...others] = columns;
    if (!column || others.length > 0) return undefined;
    return { ...before, ddl, columns: [...before.columns, column] };
  }

  /** The sets of columns, by name key, in which a table with these indexes can hold no two equal rows. */
  readUniqueKeys({ name, ddl, rowidAlias }: TableShape, indexes: readonly SchemaObject[]): string[][] {
    const keys = this.#make(name, ddl, (sqlite) => {
      for (const { sql } of indexes) sqlite.exec(sql);
      return readIndexedKeys(sqlite, name);
    });
    return rowidAlias ? [[nameKey(rowidAlias)], ...keys] : keys;
  }

  /** Read from the tables and unique indexes alone, in a database of their own; once for the same ones. */
  readActing(objects: readonly SchemaObject[]): ActingSchema {
    const made = objects.filter(
      ({ type, sql }) => /^CREATE (TABLE|UNIQUE)/i.test(sql) && (type === 'table' || type === 'index'),
    );
    const isActing =
      this.#lineage.foreignKeys !== 'off' &&
      made.some(({ sql }) => /REFERENCES[\s\S]*(CASCADE|SET)/i.test(sql));
    if (!isActing) return actingSchema([], []);
    const key = made.map(({ sql }) => sql).join(';');
    const actions = this.#actions.get(key) ?? readActionsOf(made, this.#lineage);
    this.#actions.set(key, actions);
    return actingSchema(actions, objects);
  }

  #make<T>(name: string, ddl: string, read: (sqlite: Database) => T): T {
    const sqlite = scratchDatabase(this.#lineage);
    sqlite.exec(ddl);
    try {
      return read(sqlite);
    } finally {
      sqlite.exec(`DROP TABLE ${quoteIdentifier(name)}`);
    }
  }
}

function readActionsOf(made: readonly SchemaObject[], lineage: Lineage): readonly ForeignKeyAction[] {
  const sqlite = openMemory();
  try {
    sqlite.pragma('foreign_keys = OFF');
    registerFunctions(sqlite, lineage);
    for (const { sql } of made) sqlite.exec(sql);
    return readForeignKeyActions(sqlite);
  } finally {
    sqlite.close();
  }
}

interface IndexRow {
  name: string;
  unique: number;
  partial: number;
}

function readIndexedKeys(sqlite: Database, table: string): string[][] {
  const indexes = sqlite.pragma(`main.index_list(${quoteIdentifier(table)})`) as IndexRow[];
  return indexes
    .filter((index) => index.unique === 1 && index.partial === 0)
    .map(
      ({ name }) => sqlite.pragma(`main.index_info(${quoteIdentifier(name)})`) as { name: string | null }[],
    )
    .filter((terms) => terms.every((term) => term.name !== null))
    .map((terms) => terms.map((term) => nameKey(term.name ?? '')));
}

function readShape(sqlite: Database, name: string, ddl: string): TableShape {
  const rows = sqlite.pragma(`table_xinfo(${quoteIdentifier(name)})`) as ColumnRow[];
  const traits = (
    sqlite.pragma(`table_list(${quoteIdentifier(name)})`) as { wr: number; strict: number }[]
  )[0];
  const hasRowid = traits?.wr === 0;
  const isStrict = traits?.strict === 1;
  const rowidAlias = hasRowid ? readRowidAlias(sqlite, name, rows) : undefined;
  const collation = readCollations(sqlite, name, rows);
  const affinities = readAffinities(sqlite, name);
  return {
    name,
    ddl,
    hasRowid,
    rowidAlias,
    isStrict,
    isAutoincrement:
      /AUTOINCREMENT/i.test(ddl) &&
      [...tokenizeSql(ddl)].some((token) => keywordOf(token) === 'AUTOINCREMENT'),
    resolvesConflicts: mentionsConflictClause(ddl),
    columns: rows.map((row) => ({
      name: row.name,
      declaredType: row.type,
      affinity: affinities.get(row.name) ?? 'blob',
      collation: collation.get(row.name) ?? 'BINARY',
      isGenerated: row.hidden > 1,
      isNotNull: row.notnull === 1 || row.name === rowidAlias,
      defaultSql: row.dflt_value ?? undefined,
    })),
  };
}

const typesOfResults: Readonly<Record<string, Affinity>> = {
  '': 'blob',
  TEXT: 'text',
  INT: 'integer',
  REAL: 'real',
  NUM: 'numeric',
};

/**
 * A table made of a query has types after its columns' affinities. The declared type alone does not tell: an empty one
 * in quotes is numeric.
 */
function readAffinities(sqlite: Database, name: string): Map<string, Affinity> {
  sqlite.exec(`CREATE TEMP TABLE "varve affinities" AS SELECT * FROM main.${quoteIdentifier(name)}`);
  const columns = sqlite.pragma('temp.table_xinfo("varve affinities")') as ColumnRow[];
  sqlite.exec('DROP TABLE temp."varve affinities"');
  return new Map(columns.map((column) => [column.name, typesOfResults[column.type] ?? 'numeric']));
}

function readCollations(sqlite: Database, name: string, rows: readonly ColumnRow[]): Map<string, string> {
  const columns = rows.map((row) => quoteIdentifier(row.name)).join(', ');
  sqlite.exec(`CREATE INDEX "varve collations" ON ${quoteIdentifier(name)} (${columns})`);
  const terms = sqlite.pragma('index_xinfo("varve collations")') as { name: string; coll: string }[];
  return new Map(terms.slice(0, rows.length).map((term) => [term.name, term.coll.toUpperCase()]));
}

/** An INTEGER PRIMARY KEY that needs no index is the rowid itself. */
function readRowidAlias(sqlite: Database, name: string, rows: readonly ColumnRow[]): string | undefined {
  const [key, ...others] = rows.filter((row) => row.pk > 0);
  if (!key || others.length > 0 || key.type.toUpperCase() !== 'INTEGER') return undefined;
  const indexes = sqlite.pragma(`index_list(${quoteIdentifier(name)})`) as { origin: string }[];
  const isIndexed = indexes.some((index) => index.origin === 'pk');
  return isIndexed ? undefined : key.name;
}

function mentionsConflictClause(ddl: string): boolean {
  if (!/CONFLICT/i.test(ddl)) return false;
  const words = [...tokenizeSql(ddl)].map(keywordOf);
  return words.some((word, at) => word === 'ON' && words[at + 1] === 'CONFLICT');
}
