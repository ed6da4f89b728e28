import { type Database, quoteIdentifier } from '@varve/migrations/internal';
import { findChecks } from './find-checks.ts';
import type { ForeignKey, HeadColumn, HeadTable, KeyColumn } from './head-table.ts';

/** Without what only the lineage's Drizzle tables tell. */
export type ReplayedTable = Omit<HeadTable, 'columns'> & {
  readonly columns: readonly Omit<HeadColumn, 'isEnum'>[];
};

/** A table as SQLite itself describes it. `sources` are the names of its columns at head. */
export function readHeadTable(
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
