import type { Lineage } from '@varve/migrations';
import {
  compileLens,
  nameKey,
  patchOf,
  type SchemaObject,
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
import { boundStrangers, comparedTables, tablesOf, textsAfter } from './tables-of.ts';
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
  const tables = comparedTables(upgraded, options.lineage);
  const left = compareByLens(upgraded, openOriginal(), { ...options, tables });
  if (left.length === 0) return;
  const withoutLens = 'the lens cannot tell what is right';
  compareRows(upgraded, openOriginal(), { ...options, tables: left, withoutLens });
}

/** The tables of which it cannot be told by the lens whether they are right. */
function compareByLens(
  upgraded: Database,
  original: Source,
  options: CompareRowsOptions,
): readonly SchemaObject[] {
  try {
    return compareRows(upgraded, original, options);
  } catch (error) {
    // A function of the lineage throws what it likes.
    if (error instanceof VarveError) throw error;
    return options.tables;
  }
}

interface CompareRowsOptions extends VerifyRowsOptions {
  readonly tables: readonly SchemaObject[];
  /** Why a replay is to say what is right, whatever the lens can show. */
  readonly withoutLens?: string;
}

/** Closes the original. Returns the tables that differ from what the lens shows, and need not be as it shows them. */
function compareRows(
  upgraded: Database,
  original: Source,
  options: CompareRowsOptions,
): readonly SchemaObject[] {
  let open = original;
  try {
    const source = readAtHead(original, options);
    open = source;
    const { lineage, version, tables } = options;
    const { strategy } = source.plan;
    const unrepeatable = patchOf(lineage, version)?.unrepeatable ?? unrepeatableTables(lineage, version);
    const settled = settledTables(upgraded, source, options);
    const verify = (some: readonly SchemaObject[]) =>
      verifyTables(upgraded, source.sqlite, { ...options, unrepeatable, settled, tables: some });
    const bound = strategy === 'lens' ? boundStrangers(tables, lineage) : [];
    verify(tables.filter((table) => !bound.includes(table)));
    if (options.verify === 'full') {
      const isKnown = strategy === 'replayed' ? () => true : countersKept(upgraded, lineage, version);
      verifyCounters(upgraded, source.sqlite, { ...options, isKnown });
    }
    return bound.filter((table) => !isAsExpected(() => verify([table])));
  } finally {
    open.close();
  }
}

function isAsExpected(verify: () => void): boolean {
  try {
    verify();
    return true;
  } catch (error) {
    if (error instanceof VarveError && error.code === 'UPGRADE_MISMATCH') return false;
    throw error;
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
