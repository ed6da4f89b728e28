import { type Database, isSqliteError } from '../driver/index.ts';
import {
  identifierOf,
  nameAt,
  nameKey,
  quoteIdentifier,
  renamedTo,
  type SqlStatement,
} from '../sql/index.ts';

/** How many rows of each table have lost their parent row, by `child → parent`. */
export type ReferenceViolations = ReadonlyMap<string, number>;

/** Of the tables that are named; without a list, of all. */
export function countReferenceViolations(sqlite: Database, tables?: readonly string[]): ReferenceViolations {
  // Of more it is cheaper to ask at once.
  if (tables && tables.length <= fewTables)
    return countOf(tables.flatMap((table) => violationsIn(sqlite, table)));
  try {
    return countOf(check(sqlite, 'foreign_key_check'));
  } catch (error) {
    if (!isMismatch(error)) throw error;
    return countOf(tablesOf(sqlite).flatMap((table) => violationsIn(sqlite, table)));
  }
}

const fewTables = 16;

/** The references that more rows violate than before. */
export function newViolations(before: ReferenceViolations, after: ReferenceViolations): string[] {
  return [...after].filter(([key, count]) => count > (before.get(key) ?? 0)).map(([key]) => key);
}

/** The same once statements have given tables other names: the rows lack what they lacked before. */
export function underNewNames(
  violations: ReferenceViolations,
  statements: readonly SqlStatement[],
): ReferenceViolations {
  const counts = new Map<string, number>();
  for (const [key, count] of violations) {
    const names = key.split(arrow).map((name) => lastNameOf(name, statements));
    const renamed = names.join(arrow);
    counts.set(renamed, (counts.get(renamed) ?? 0) + count);
  }
  return counts;
}

/** What a table is called once statements have given tables other names. */
export function lastNameOf(table: string, statements: readonly SqlStatement[]): string {
  return statements.reduce(nameAfter, table);
}

function nameAfter(name: string, statement: SqlStatement): string {
  const { tokens } = statement;
  const isRenamed = renamedTo(statement) !== undefined && nameKey(nameAt(tokens, 2) ?? '') === nameKey(name);
  return (isRenamed ? identifierOf(tokens.at(-1)) : undefined) ?? name;
}

const arrow = ' → ';

interface Violation {
  readonly table: string;
  readonly parent: string;
}

/** Bare: to make objects of rows the driver compiles a function for each statement. */
function check(sqlite: Database, pragma: string): Violation[] {
  const rows = sqlite.prepare<[], [string, unknown, string]>(`PRAGMA main.${pragma}`).raw().all();
  return rows.map(([table, , parent]) => ({ table, parent }));
}

function countOf(violations: readonly Violation[]): ReferenceViolations {
  const counts = new Map<string, number>();
  for (const { table, parent } of violations) {
    const key = `${table}${arrow}${parent}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** SQLite does not answer for a file in which a parent's columns are not unique. */
function isMismatch(error: unknown): boolean {
  return isSqliteError(error) && error.message.startsWith('foreign key mismatch');
}

function tablesOf(sqlite: Database): string[] {
  const tables = sqlite.prepare<[], string>(
    `SELECT name FROM main.sqlite_schema s WHERE type = 'table' AND EXISTS (SELECT 1 FROM pragma_foreign_key_list(s.name))`,
  );
  return tables.pluck().all();
}

/** Of a table with such a reference, those of the others are looked for one by one. */
function violationsIn(sqlite: Database, table: string): Violation[] {
  try {
    return check(sqlite, `foreign_key_check(${quoteIdentifier(table)})`);
  } catch (error) {
    if (!isMismatch(error)) throw error;
  }
  const rows = sqlite.pragma(`main.foreign_key_list(${quoteIdentifier(table)})`) as KeyRow[];
  return [...Map.groupBy(rows, (row) => row.id).values()].flatMap((key) => orphansOf(sqlite, table, key));
}

interface KeyRow {
  readonly id: number;
  readonly table: string;
  readonly from: string;
  readonly to: string | null;
}

/** None for a parent, or a column of it, that is not there: no row can be said to lack its parent then. */
function orphansOf(sqlite: Database, table: string, key: readonly KeyRow[]): Violation[] {
  const parent = key[0]?.table ?? '';
  const columns = (
    sqlite.pragma(`main.table_info(${quoteIdentifier(parent)})`) as { name: string; pk: number }[]
  ).sort((a, b) => a.pk - b.pk);
  const primary = columns.filter(({ pk }) => pk > 0).map(({ name }) => name);
  const referenced = key.map(({ to }, at) => to ?? primary[at]);
  const isThere = (name: string | undefined) =>
    columns.some((column) => nameKey(column.name) === nameKey(name ?? ''));
  if (!referenced.every(isThere)) return [];
  const given = key.map(({ from }) => `c.${quoteIdentifier(from)} IS NOT NULL`);
  const same = key.map(
    ({ from }, at) => `p.${quoteIdentifier(referenced[at] ?? '')} = c.${quoteIdentifier(from)}`,
  );
  const count = sqlite.prepare<[], number>(
    `SELECT count(*) FROM main.${quoteIdentifier(table)} c WHERE ${given.join(' AND ')}
     AND NOT EXISTS (SELECT 1 FROM main.${quoteIdentifier(parent)} p WHERE ${same.join(' AND ')})`,
  );
  return Array.from({ length: count.pluck().get() ?? 0 }, () => ({ table, parent }));
}
