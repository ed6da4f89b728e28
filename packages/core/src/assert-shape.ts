import { type Lineage, readSchema, type SchemaObject, schemaAt } from '@varve/migrations';
import { VarveError } from '@varve/schema';
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
  const expected = tablesOf(schemaAt(lineage, version));
  const actual = tablesOf(readSchema(sqlite));
  const changed = [...expected].filter(([name, sql]) => actual.get(name) !== sql).map(([name]) => name);
  const wrong = changed.filter((name) => !actual.has(name) || !isSameShape(sqlite, expected, name));
  const later = [...actual.keys()].filter(
    (name) => !expected.has(name) && isKnownLater(lineage, version, name),
  );
  return [...wrong, ...later];
}

function tablesOf(schema: readonly SchemaObject[]): Map<string, string> {
  return new Map(schema.filter(({ type }) => type === 'table').map(({ name, sql }) => [name, sql]));
}

/** The text differs: quotes and blanks do not matter, the columns do. */
function isSameShape(sqlite: Database, expected: ReadonlyMap<string, string>, name: string): boolean {
  const model = openMemory(expected.get(name) ?? '');
  try {
    return columnsOf(sqlite, name) === columnsOf(model, name);
  } finally {
    model.close();
  }
}

function columnsOf(sqlite: Database, table: string): string {
  return JSON.stringify(sqlite.prepare('SELECT * FROM pragma_table_xinfo(?)').raw().all(table));
}

function isKnownLater(lineage: Lineage, version: number, name: string): boolean {
  const later = lineage.migrations.slice(version).map((_, at) => schemaAt(lineage, version + at + 1));
  return later.some((schema) => schema.some((it) => it.type === 'table' && it.name === name));
}
