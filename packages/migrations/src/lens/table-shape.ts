import type { Database } from 'better-sqlite3';
import type { Lineage } from '../lineage.ts';
import type { SchemaObject } from '../read-schema.ts';
import { keywordOf } from '../split-statements.ts';
import { quoteIdentifier, tokenizeSql } from '../sql-tokens.ts';
import { nameKey } from './name-key.ts';
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

interface ColumnRow {
  name: string;
  type: string;
  notnull: number;
  dflt_value: string | null;
  pk: number;
  hidden: number;
}

/** The type names that `CREATE TABLE … AS SELECT` gives to columns: SQLite's own word for an affinity. */
const affinities: Record<string, Affinity> = {
  '': 'blob',
  TEXT: 'text',
  NUM: 'numeric',
  INT: 'integer',
  REAL: 'real',
};

/** Makes tables one at a time in an empty database and reads back what SQLite understood. */
export class ShapeReader {
  readonly #lineage: Lineage;
  readonly #known = new Map<string, TableShape>();

  constructor(lineage: Lineage) {
    this.#lineage = lineage;
  }

  read(name: string, ddl: string): TableShape {
    const known = this.#known.get(ddl);
    if (known) return known;
    const shape = this.#make(name, ddl, (sqlite) => readShape(sqlite, name, ddl));
    this.#known.set(ddl, shape);
    return shape;
  }

  /** The sets of columns, by name key, in which a table with these indexes can hold no two equal rows. */
  readUniqueKeys({ name, ddl, rowidAlias }: TableShape, indexes: readonly SchemaObject[]): string[][] {
    const keys = this.#make(name, ddl, (sqlite) => {
      for (const { sql } of indexes) sqlite.exec(sql);
      return readIndexedKeys(sqlite, name);
    });
    return rowidAlias ? [[nameKey(rowidAlias)], ...keys] : keys;
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
  const affinity = readAffinities(sqlite, name);
  const collation = readCollations(sqlite, name, rows);
  const rowidAlias = hasRowid ? readRowidAlias(sqlite, name, rows) : undefined;
  return {
    name,
    ddl,
    hasRowid,
    rowidAlias,
    isStrict: traits?.strict === 1,
    isAutoincrement: [...tokenizeSql(ddl)].some((token) => keywordOf(token) === 'AUTOINCREMENT'),
    resolvesConflicts: mentionsConflictClause(ddl),
    columns: rows.map((row) => ({
      name: row.name,
      declaredType: row.type,
      affinity: affinity.get(row.name) ?? 'blob',
      collation: collation.get(row.name) ?? 'BINARY',
      isGenerated: row.hidden > 1,
      isNotNull: row.notnull === 1 || row.name === rowidAlias,
      defaultSql: row.dflt_value ?? undefined,
    })),
  };
}

function readAffinities(sqlite: Database, name: string): Map<string, Affinity> {
  sqlite.exec(`CREATE TEMP TABLE affinities AS SELECT * FROM main.${quoteIdentifier(name)} LIMIT 0`);
  const rows = sqlite.pragma('temp.table_xinfo(affinities)') as ColumnRow[];
  sqlite.exec('DROP TABLE temp.affinities');
  return new Map(rows.map((row) => [row.name, affinities[row.type] ?? 'blob']));
}

function readCollations(sqlite: Database, name: string, rows: readonly ColumnRow[]): Map<string, string> {
  const columns = rows.map((row) => quoteIdentifier(row.name)).join(', ');
  sqlite.exec(`CREATE INDEX "varve collations" ON ${quoteIdentifier(name)} (${columns})`);
  const terms = sqlite.pragma('index_xinfo("varve collations")') as { name: string; coll: string }[];
  sqlite.exec('DROP INDEX "varve collations"');
  return new Map(terms.slice(0, rows.length).map((term) => [term.name, term.coll.toUpperCase()]));
}

/** A primary key of one column that needs no index is the rowid itself. */
function readRowidAlias(sqlite: Database, name: string, rows: readonly ColumnRow[]): string | undefined {
  const primary = rows.filter((row) => row.pk > 0);
  const indexes = sqlite.pragma(`index_list(${quoteIdentifier(name)})`) as { origin: string }[];
  const isIndexed = indexes.some((index) => index.origin === 'pk');
  return primary.length === 1 && !isIndexed ? primary[0]?.name : undefined;
}

function mentionsConflictClause(ddl: string): boolean {
  const words = [...tokenizeSql(ddl)].map(keywordOf);
  return words.some((word, at) => word === 'ON' && words[at + 1] === 'CONFLICT');
}
