import type { Lineage } from '@varve/migrations';
import {
  compileLens,
  nameKey,
  patchOf,
  readSchema,
  type SchemaObject,
  schemaAt,
  unrepeatableTables,
} from '@varve/migrations/internal';
import { VarveError } from '@varve/schema/errors';
import type { Database } from '../file/index.ts';
import { type Reading, readAtHead } from '../reading/index.ts';
import type { FileState, Source } from '../source/index.ts';
import { countRows } from './count-rows.ts';
import { findDifferingColumn, readColumns } from './find-differing-column.ts';
import type { HeadCount } from './head-counts.ts';
import { mismatchError } from './mismatch-error.ts';
import { type PagesOf, untouchedTables } from './untouched-tables.ts';
import { countersKept, verifyCounters } from './verify-counters.ts';
import { verifyCounts } from './verify-counts.ts';

/** Row counts of every table, or every cell of every row with its storage class. */
export type UpgradeVerification = 'counts' | 'full';

export interface VerifyRowsOptions {
  readonly lineage: Lineage;
  readonly path: string;
  readonly state: FileState;
  readonly verify: UpgradeVerification;
  /** Of the original. */
  readonly version: number;
  /** Of a copy that is the original's pages, changed in place: a table whose pages are as they were need not be read. */
  readonly pages?: PagesOf;
  /** Reads through the lens though SQLite may meet rows in another order than a replay. */
  readonly despiteStatistics?: boolean;
}

/**
 * Compares an upgraded copy with its original as the lens reads it: not the way the copy was made. Where the lens
 * refuses the lineage, or SQLite the lens's queries over these rows, with a second replay.
 *
 * @throws UPGRADE_MISMATCH with `details.table`, and `details.column` where a cell differs
 */
export function verifyRows(upgraded: Database, openOriginal: () => Source, options: VerifyRowsOptions): void {
  try {
    compareRows(upgraded, openOriginal(), options);
  } catch (error) {
    // A function of the lineage throws what it likes.
    if (error instanceof VarveError) throw error;
    compareRows(upgraded, openOriginal(), { ...options, withoutLens: 'its queries fail on these rows' });
  }
}

interface CompareRowsOptions extends VerifyRowsOptions {
  /** Why a replay is to say what is right, whatever the lens can show. */
  readonly withoutLens?: string;
}

/** Closes the original. */
function compareRows(upgraded: Database, original: Source, options: CompareRowsOptions): void {
  let open = original;
  try {
    const source = readAtHead(original, options);
    open = source;
    const { lineage, version } = options;
    const unrepeatable = patchOf(lineage, version)?.unrepeatable ?? unrepeatableTables(lineage, version);
    const settled = settledTables(upgraded, source, options);
    verifyTables(upgraded, source.sqlite, { ...options, unrepeatable, settled });
    if (options.verify !== 'full') return;
    const isKnown =
      source.plan.strategy === 'replayed' ? () => true : countersKept(upgraded, lineage, version);
    verifyCounters(upgraded, source.sqlite, { path: options.path, isKnown });
  } finally {
    open.close();
  }
}

/** Of which it is known that they are right: their rows mean what they meant, and lie as they did. */
function settledTables(
  upgraded: Database,
  { sqlite, plan }: Reading,
  { lineage, version, path, pages }: VerifyRowsOptions,
): ReadonlySet<string> {
  if (plan.strategy !== 'lens' || pages === undefined) return new Set();
  const untouched = untouchedTables(upgraded, sqlite, { pages, path });
  const { tables } = compileLens(lineage, version);
  const texts = textsAfter(sqlite, lineage);
  const expected = new Set(
    tablesOf(upgraded).flatMap(({ name, sql }) => (texts.get(name) === sql ? name : [])),
  );
  const settled = tables.filter(
    ({ name, keepsRecords, wholeOf }) => keepsRecords && expected.has(name) && untouched.has(name, wholeOf),
  );
  return new Set(settled.map(({ name }) => name));
}

interface VerifyTablesOptions extends Pick<VerifyRowsOptions, 'path' | 'verify'> {
  /** By name key, tables that hold what a clock or chance said: another each time, so that only rows are counted. */
  readonly unrepeatable?: ReadonlySet<string>;
  readonly settled?: ReadonlySet<string>;
  /** All of the copy's, where they are known. */
  readonly tables?: readonly SchemaObject[];
}

/**
 * Compares every table of an upgraded copy with what a connection shows under its name.
 *
 * @throws as `verifyRows`
 */
export function verifyTables(
  upgraded: Database,
  expected: Database,
  { path, verify, unrepeatable, settled, tables: all = tablesOf(upgraded) }: VerifyTablesOptions,
): void {
  const tables = all.filter(({ name }) => !settled?.has(name));
  const names = tables.map(({ name }) => name);
  const filled = verify === 'full' ? countRows(upgraded, names) : [];
  // Who compares every cell need not count what a lens reads, which may be all that it computes.
  const isCompared = ({ name }: SchemaObject, at: number) =>
    (filled[at] ?? 0) > 0 && !unrepeatable?.has(nameKey(name));
  const verifyCount = (counted: readonly string[]) =>
    verifyCounts(upgraded, countEach(expected, counted), path);
  verifyCount(tables.filter((table, at) => !isCompared(table, at)).map(({ name }) => name));
  for (const { name: table, sql } of tables.filter(isCompared)) {
    const column = findDifferingColumn(table, columnsOf(upgraded, table, sql), [upgraded, expected]);
    if (column === undefined) continue;
    verifyCount(names);
    throw mismatchError(`a value differs in ${table}.${column}`, { path, table, column });
  }
}

export function tablesOf(sqlite: Database): SchemaObject[] {
  return readSchema(sqlite).filter(isTable);
}

/** The texts that are to make the tables of an upgraded copy, by name: those that the lineage does not know keep theirs. */
export function textsAfter(original: Database, lineage: Lineage): ReadonlyMap<string, string> {
  const known = schemaAt(lineage, lineage.migrations.length).filter(isTable);
  return new Map([...tablesOf(original), ...known].map(({ name, sql }) => [name, sql]));
}

function isTable({ type }: SchemaObject): boolean {
  return type === 'table';
}

function countEach(sqlite: Database, tables: readonly string[]): HeadCount[] {
  const counts = countRows(sqlite, tables);
  return tables.map((table, at) => ({ table, count: counts[at] ?? 0 }));
}

const columns = new Map<string, readonly string[]>();
const mostTexts = 5000;

/** Read once for tables that are made by the same text. */
function columnsOf(sqlite: Database, table: string, sql: string): readonly string[] {
  const known = columns.get(sql) ?? readColumns(sqlite, table);
  if (columns.size > mostTexts) columns.clear();
  columns.set(sql, known);
  return known;
}
