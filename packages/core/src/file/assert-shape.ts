import type { Lineage } from '@varve/migrations';
import { isLedger, ledgerTable, type SchemaObject, schemaAt } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema/errors';
import { type Database, openMemory } from './open-database.ts';
import { type ColumnInfo, compareTables, describeTable, holdsNoOther } from './table-likeness.ts';

/**
 * Checks that the tables of a file are those of the version its ledger claims: a file that was changed behind the
 * ledger's back would be read wrongly. Tables that no version of the lineage knows may stand beside them.
 *
 * @throws SCHEMA_MISMATCH with `details.tables`
 */
export function assertShape(sqlite: Database, lineage: Lineage, version: number, path: string): void {
  const { wrong } = findShapeDifferences(sqlite, lineage, version);
  if (wrong.length === 0) return;
  throw new VarveError(
    'SCHEMA_MISMATCH',
    `the file claims version ${version} of lineage ${lineage.name}, but has other tables: ${wrong.join(', ')}`,
    {
      path,
      hint: 'something changed its tables past the migrations; restore it from a backup, or set it aside',
      details: { version, tables: wrong },
    },
  );
}

export interface ShapeDifferences {
  /** The tables of a version that a file lacks or has otherwise, and those that it has from a later version. */
  readonly wrong: readonly string[];
  /**
   * Tables that hold the same columns in another order, as an installation made from a snapshot does, or under a
   * declaration that differs in nothing a reader sees. What pending migrations make of them only a replay tells.
   */
  readonly alike: readonly string[];
}

/** Of a connection the last answer is kept: to open a file, several ask. */
export function findShapeDifferences(sqlite: Database, lineage: Lineage, version: number): ShapeDifferences {
  const expected = tablesAt(lineage, version);
  const last = answers.get(sqlite);
  if (last?.expected === expected) return last.differences;
  const differences = compareShapes(sqlite, lineage, version);
  answers.set(sqlite, { expected, differences });
  return differences;
}

const answers = new WeakMap<Database, { expected: Tables; differences: ShapeDifferences }>();

function compareShapes(sqlite: Database, lineage: Lineage, version: number): ShapeDifferences {
  const expected = tablesAt(lineage, version);
  const actual = readTables(sqlite);
  // A ledger is as its tool makes it, also where a migration would make it.
  const rewritten = [...expected].filter(
    ([name, sql]) => actual.get(name) !== sql && !isLedger(name, lineage),
  );
  const compared = rewritten.map(([name, sql]) => {
    return { name, likeness: compareTables(sqlite, { name, sql, actualSql: actual.get(name) }) };
  });
  const namesOf = (wanted: string) =>
    compared.filter(({ likeness }) => likeness === wanted).map(({ name }) => name);
  const later = [...actual.keys()].filter(
    (name) => !expected.has(name) && !isLedger(name, lineage) && isKnownLater(lineage, version, name),
  );
  return { wrong: [...namesOf('other'), ...later], alike: namesOf('alike') };
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

/** How a newer file's tables stand to those that head knows, column by column as `table.column`. */
export interface Additions {
  /** What the file does not have. */
  readonly missing: readonly string[];
  /** What it may hold values in that head's types do not expect: of another type, or NULL where there was none. */
  readonly changed: readonly string[];
}

export function compareWithNewer(sqlite: Database, lineage: Lineage): Additions {
  const missing: string[] = [];
  const changed: string[] = [];
  for (const [table, sql] of tablesAt(lineage, lineage.migrations.length)) {
    const actual = new Map(describeTable(sqlite, table).map((column) => [column.name.toLowerCase(), column]));
    for (const column of columnsMadeBy(sql, table)) {
      const newer = actual.get(column.name.toLowerCase());
      if (!newer) missing.push(`${table}.${column.name}`);
      else if (!holdsNoOther(newer, column)) changed.push(`${table}.${column.name}`);
    }
  }
  return { missing, changed };
}

/** The columns of a table of a version, in order. */
export function columnsAt(lineage: Lineage, version: number, table: string): string[] {
  return columnsMadeBy(tablesAt(lineage, version).get(table) ?? '', table).map(({ name }) => name);
}

function columnsMadeBy(sql: string, table: string): ColumnInfo[] {
  const model = openMemory(sql);
  try {
    return describeTable(model, table);
  } finally {
    model.close();
  }
}

function isKnownLater(lineage: Lineage, version: number, name: string): boolean {
  return lineage.migrations.slice(version).some((_, at) => tablesAt(lineage, version + at + 1).has(name));
}
