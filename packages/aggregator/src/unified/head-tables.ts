import { type Lineage, replayMigrations } from '@varve/migrations';
import {
  type Database,
  ledgerTableOf,
  openMemory,
  quoteIdentifier,
  type SqlToken,
  tokenizeSql,
} from '@varve/migrations/internal';
import { listDrizzleColumns } from './drizzle-columns.ts';
import { mostColumns } from './left-out.ts';
import { viewColumnName, viewTableName } from './view-names.ts';

export interface HeadColumn {
  /** In a view. */
  readonly name: string;
  /** At head. */
  readonly source: string;
  /** As declared; empty when it has none. */
  readonly type: string;
  readonly collation: string;
  readonly isNotNull: boolean;
  readonly isGenerated: boolean;
  /** One of a few words, says the lineage's Drizzle table. */
  readonly isEnum: boolean;
}

export interface KeyColumn {
  readonly name: string;
  readonly collation: string;
}

export interface ForeignKey {
  readonly parent: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
}

export interface HeadIndex {
  /** The CREATE INDEX statement. */
  readonly sql: string;
  readonly isUnique: boolean;
  /** Without expressions. */
  readonly columns: readonly string[];
}

/** A table of head as SQLite itself describes it. */
export interface HeadTable {
  /** In a view. */
  readonly name: string;
  /** At head. */
  readonly source: string;
  /** The CREATE TABLE statement, under the names of a view. */
  readonly ddl: string;
  readonly isStrict: boolean;
  readonly columns: readonly HeadColumn[];
  /** Empty for a table without a primary key. */
  readonly primaryKey: readonly KeyColumn[];
  /** The UNIQUE constraints. */
  readonly uniques: readonly (readonly KeyColumn[])[];
  readonly foreignKeys: readonly ForeignKey[];
  /** The expressions of the CHECK constraints, in their parentheses. */
  readonly checks: readonly string[];
  readonly indexes: readonly HeadIndex[];
}

/**
 * Reads head's tables from an empty database that was brought to head, so that they are exact for any lineage, whether
 * it has Drizzle tables or not. What `readLeftOut` lists is left out.
 */
export function readHeadTables(lineage: Lineage): readonly HeadTable[] {
  const known = cache.get(lineage);
  if (known) return known;
  const enums = listDrizzleColumns(lineage, ({ enumValues }) => enumValues !== undefined);
  const tables = replayHeadTables(lineage).map((table) => ({
    ...table,
    columns: table.columns.map((it) => ({ ...it, isEnum: enums.has(`${table.name}.${it.name}`) })),
  }));
  cache.set(lineage, tables);
  return tables;
}

const cache = new WeakMap<Lineage, readonly HeadTable[]>();

function replayHeadTables(lineage: Lineage): ReplayedTable[] {
  const sqlite = openMemory();
  try {
    replayMigrations(sqlite, lineage);
    const tables = sqlite.prepare<[string], { name: string; strict: number }>(
      `SELECT name, strict FROM pragma_table_list
       WHERE schema = 'main' AND type = 'table' AND name <> ? AND name NOT LIKE 'sqlite~_%' ESCAPE '~'
         AND ncol <= ${mostColumns}
       ORDER BY name`,
    );
    const found = tables.all(ledgerTableOf(lineage));
    const sources = found.map(({ name }) => giveViewNames(sqlite, name));
    return found.map(({ name, strict }, at) => ({
      ...readHeadTable(sqlite, viewTableName(name), strict === 1, sources[at] ?? []),
      source: name,
    }));
  } finally {
    sqlite.close();
  }
}

/** SQLite carries the new names into indexes, checks and foreign keys. Returns the names at head, in order. */
function giveViewNames(sqlite: Database, table: string): string[] {
  const columns = sqlite
    .prepare<[string], string>('SELECT name FROM pragma_table_xinfo(?)')
    .pluck()
    .all(table);
  const quoted = quoteIdentifier(table);
  const renames = [
    ...columns
      .filter((column) => viewColumnName(column) !== column)
      .map(
        (column) => `RENAME COLUMN ${quoteIdentifier(column)} TO ${quoteIdentifier(viewColumnName(column))}`,
      )
      .reverse(),
    ...(viewTableName(table) === table ? [] : [`RENAME TO ${quoteIdentifier(viewTableName(table))}`]),
  ];
  if (renames.length > 0) dropWhatReads(sqlite);
  for (const rename of renames) sqlite.exec(`ALTER TABLE ${quoted} ${rename}`);
  return columns;
}

/** A view or a trigger that is broken already would stand in the way of a new name. */
function dropWhatReads(sqlite: Database): void {
  const objects = sqlite.prepare<[], { type: string; name: string }>(
    `SELECT type, name FROM sqlite_schema WHERE type IN ('trigger', 'view') ORDER BY type`,
  );
  for (const { type, name } of objects.all()) sqlite.exec(`DROP ${type} ${quoteIdentifier(name)}`);
}

type ReplayedTable = Omit<HeadTable, 'columns'> & {
  readonly columns: readonly Omit<HeadColumn, 'isEnum'>[];
};

function readHeadTable(
  sqlite: Database,
  name: string,
  isStrict: boolean,
  sources: readonly string[],
): Omit<ReplayedTable, 'source'> {
  const infos = sqlite
    .prepare<[string], { name: string; type: string; pk: number; notnull: number; hidden: number }>(
      'SELECT * FROM pragma_table_xinfo(?)',
    )
    .all(name);
  const collations = readCollations(
    sqlite,
    name,
    infos.map((info) => info.name),
  );
  const columns = infos.map((info) => ({ ...info, collation: collations.get(info.name) ?? 'BINARY' }));
  const lists = sqlite
    .prepare<[string], { name: string; unique: number; origin: 'c' | 'u' | 'pk' }>(
      'SELECT * FROM pragma_index_list(?) ORDER BY seq DESC',
    )
    .all(name);
  const keyOf = (origin: 'u' | 'pk') =>
    lists.filter((it) => it.origin === origin).map((it) => readKey(sqlite, it.name));
  const ddl = readSql(sqlite, 'table', name);
  const primary = columns.filter((column) => column.pk > 0).sort((a, b) => a.pk - b.pk);
  return {
    name,
    ddl,
    isStrict,
    columns: columns.map(({ name, type, collation, notnull, hidden }, at) => ({
      name,
      source: sources[at] ?? name,
      type,
      collation,
      isNotNull: notnull === 1,
      isGenerated: hidden > 1,
    })),
    primaryKey: keyOf('pk')[0] ?? primary.map(({ name, collation }) => ({ name, collation })),
    uniques: keyOf('u'),
    foreignKeys: readForeignKeys(sqlite, name),
    checks: findChecks(ddl),
    indexes: lists
      .filter((it) => it.origin === 'c')
      .map((it) => ({
        sql: readSql(sqlite, 'index', it.name),
        isUnique: it.unique === 1,
        columns: readKey(sqlite, it.name).flatMap(({ name }) => name ?? []),
      })),
  };
}

/** No pragma tells a column's collation, but that of an index over the column does. */
function readCollations(sqlite: Database, table: string, columns: readonly string[]): Map<string, string> {
  const probe = quoteIdentifier('varve probe');
  sqlite.exec(
    `CREATE INDEX ${probe} ON ${quoteIdentifier(table)} (${columns.map(quoteIdentifier).join(', ')})`,
  );
  const keys = readKey(sqlite, 'varve probe');
  sqlite.exec(`DROP INDEX ${probe}`);
  return new Map(keys.map(({ name, collation }) => [name, collation]));
}

function readKey(sqlite: Database, index: string): KeyColumn[] {
  return sqlite
    .prepare<[string], KeyColumn>(
      'SELECT name, coll AS collation FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno',
    )
    .all(index);
}

function readSql(sqlite: Database, type: 'table' | 'index', name: string): string {
  const sql = sqlite.prepare('SELECT sql FROM sqlite_schema WHERE type = ? AND name = ?').pluck();
  return sql.get(type, name) as string;
}

/** No pragma tells the CHECK constraints; the bare word stands for nothing else in a CREATE TABLE statement. */
function findChecks(ddl: string): string[] {
  const tokens = [...tokenizeSql(ddl)].filter(({ kind }) => kind !== 'comment');
  const starts = tokens.flatMap(({ kind, text }, at) =>
    kind === 'word' && text.toUpperCase() === 'CHECK' && tokens[at + 1]?.text === '(' ? [at + 1] : [],
  );
  return starts.map((start) => ddl.slice(tokens[start]?.start, closingOf(tokens.slice(start)) + 1));
}

/** Where the first parenthesis is closed. */
export function closingOf(tokens: readonly SqlToken[]): number {
  let depth = 0;
  for (const { text, start } of tokens) {
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    if (text === ')' && depth === 0) return start;
  }
  return -1;
}

function readForeignKeys(sqlite: Database, table: string): ForeignKey[] {
  const rows = sqlite
    .prepare<[string], { id: number; parent: string; from: string; to: string | null }>(
      'SELECT id, "table" AS parent, "from", "to" FROM pragma_foreign_key_list(?) ORDER BY id DESC, seq',
    )
    .all(table);
  return [...Map.groupBy(rows, (row) => row.id).values()].map((parts) => {
    const parent = parts[0]?.parent ?? '';
    const named = parts.map((part) => part.to).filter((to) => to !== null);
    return {
      parent,
      from: parts.map((part) => part.from),
      to: named.length ? named : readPrimary(sqlite, parent),
    };
  });
}

/** A foreign key that names no columns means the parent's primary key. */
function readPrimary(sqlite: Database, table: string): string[] {
  return sqlite
    .prepare('SELECT name FROM pragma_table_xinfo(?) WHERE pk > 0 ORDER BY pk')
    .pluck()
    .all(table) as string[];
}
