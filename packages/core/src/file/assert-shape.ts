import type { Lineage } from '@varve/migrations';
import { ledgerTable, type SchemaObject, schemaAt } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema/errors';
import { type Database, openMemory } from './open-database.ts';

/**
 * Checks that the tables of a file are those of the version its ledger claims: a file that was changed behind the
 * ledger's back would be read wrongly. Tables that no version of the lineage knows may stand beside them.
 *
 * @throws SCHEMA_MISMATCH with `details.tables`
 */
export function assertShape(sqlite: Database, lineage: Lineage, version: number, path: string): void {
  const tables = findShapeDifferences(sqlite, lineage, version);
  if (tables.length === 0) return;
  throw new VarveError(
    'SCHEMA_MISMATCH',
    `the file claims version ${version} of lineage ${lineage.name}, but has other tables: ${tables.join(', ')}`,
    {
      path,
      hint: 'something changed its tables past the migrations; restore it from a backup, or set it aside',
      details: { version, tables },
    },
  );
}

/** The tables of a version that a file lacks or has otherwise, and those that it has from a later version. */
export function findShapeDifferences(sqlite: Database, lineage: Lineage, version: number): string[] {
  const expected = tablesAt(lineage, version);
  const actual = readTables(sqlite);
  const rewritten = [...expected].filter(([name, sql]) => actual.get(name) !== sql);
  const wrong = rewritten.filter(([name, sql]) => !actual.has(name) || !isSameShape(sqlite, name, sql));
  const later = [...actual.keys()].filter(
    (name) => !expected.has(name) && isKnownLater(lineage, version, name),
  );
  return [...wrong.map(([name]) => name), ...later];
}

/** The statements that make tables, by name. */
type Tables = ReadonlyMap<string, string>;

const knownTables = new WeakMap<readonly SchemaObject[], Tables>();

function tablesAt(lineage: Lineage, version: number): Tables {
  const schema = schemaAt(lineage, version);
  const known = knownTables.get(schema);
  if (known) return known;
  const made = new Map(schema.filter(({ type }) => type === 'table').map(({ name, sql }) => [name, sql]));
  knownTables.set(schema, made);
  return made;
}

function readTables(sqlite: Database): Tables {
  const rows = sqlite.prepare(`SELECT name, sql FROM sqlite_schema WHERE type = 'table'`).raw();
  const all = rows.all() as [string, string][];
  return new Map(all.filter(([name]) => name !== ledgerTable && !name.startsWith('sqlite_')));
}

/** The `table.column`s of head that a file does not have. */
export function findMissingColumns(sqlite: Database, lineage: Lineage): string[] {
  const head = tablesAt(lineage, lineage.migrations.length);
  return [...head].flatMap(([table, sql]) => {
    const actual = new Set(columnsOf(sqlite, table).map(({ name }) => name.toLowerCase()));
    const missing = columnsMadeBy(sql, table).filter(({ name }) => !actual.has(name.toLowerCase()));
    return missing.map(({ name }) => `${table}.${name}`);
  });
}

/** Quotes and blanks in the text do not matter, the columns do. */
function isSameShape(sqlite: Database, table: string, sql: string): boolean {
  return JSON.stringify(columnsOf(sqlite, table)) === JSON.stringify(columnsMadeBy(sql, table));
}

function columnsMadeBy(sql: string, table: string): ColumnInfo[] {
  const model = openMemory(sql);
  try {
    return columnsOf(model, table);
  } finally {
    model.close();
  }
}

interface ColumnInfo {
  readonly name: string;
}

function columnsOf(sqlite: Database, table: string): ColumnInfo[] {
  return sqlite.prepare<[string], ColumnInfo>('SELECT * FROM pragma_table_xinfo(?)').all(table);
}

function isKnownLater(lineage: Lineage, version: number, name: string): boolean {
  return lineage.migrations.slice(version).some((_, at) => tablesAt(lineage, version + at + 1).has(name));
}
