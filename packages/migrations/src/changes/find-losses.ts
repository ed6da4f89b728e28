import type { Database } from '../driver/index.ts';
import { ledgerTable } from '../ledger/index.ts';
import type { Lineage, Migration } from '../lineage/index.ts';
import { replayStatements, runOnEmpty } from '../replay/index.ts';
import { quoteIdentifier } from '../sql/index.ts';

import { MigrationChanges } from './migration-changes.ts';

/** Something that a file has and that is gone, or may be, once it is upgraded. */
export interface Loss {
  readonly migration: string;
  readonly kind: 'table dropped' | 'column dropped' | 'rows deleted' | 'column narrowed';
  /** `table` or `table.column`, by the names before the migration. */
  readonly what: string;
}

/** Columns and their affinity, by table; names in lower case, as SQLite compares them. */
type Shape = ReadonlyMap<string, ReadonlyMap<string, string>>;

const cache = new WeakMap<Lineage, readonly (readonly Loss[])[]>();

/**
 * What upgrading a file of this version loses: dropped tables and columns, deleted rows, and columns whose new type may
 * change a stored value. Read from the migrations alone: a loss is named even where a file has no such row.
 */
export function findLosses(lineage: Lineage, from: number): readonly Loss[] {
  let losses = cache.get(lineage);
  if (!losses) {
    losses = readLosses(lineage);
    cache.set(lineage, losses);
  }
  return losses.slice(from).flat();
}

function readLosses(lineage: Lineage): Loss[][] {
  return runOnEmpty(lineage, ({ sqlite, apply }) =>
    lineage.migrations.map((migration) => {
      const before = readShape(sqlite);
      apply(migration);
      return lossesOf(migration, before, readShape(sqlite));
    }),
  );
}

function readShape(sqlite: Database): Shape {
  const tables = sqlite
    .prepare<[string], string>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> ? AND name NOT LIKE 'sqlite~_%' ESCAPE '~'`,
    )
    .pluck()
    .all(ledgerTable);
  return new Map(
    tables.map((table) => {
      const columns = sqlite.pragma(`table_xinfo(${quoteIdentifier(table)})`) as {
        name: string;
        type: string;
      }[];
      return [
        table.toLowerCase(),
        new Map(columns.map((it) => [it.name.toLowerCase(), affinityOf(it.type)])),
      ];
    }),
  );
}

/** Source: https://www.sqlite.org/datatype3.html#determination_of_column_affinity */
function affinityOf(type: string): string {
  const upper = type.toUpperCase();
  if (upper.includes('INT')) return 'INTEGER';
  if (/CHAR|CLOB|TEXT/.test(upper)) return 'TEXT';
  if (upper === '' || upper.includes('BLOB')) return 'BLOB';
  return /REAL|FLOA|DOUB/.test(upper) ? 'REAL' : 'NUMERIC';
}

function lossesOf(migration: Migration, before: Shape, after: Shape): Loss[] {
  const losses: Loss[] = [];
  const add = (kind: Loss['kind'], what: string) => losses.push({ migration: migration.name, kind, what });
  const changes = new MigrationChanges(replayStatements(migration));
  for (const [table, columns] of before) {
    const newTable = changes.tableAfter(table);
    const newColumns = newTable === undefined ? undefined : after.get(newTable);
    if (!newColumns) {
      add('table dropped', table);
      continue;
    }
    for (const [column, affinity] of columns) {
      const newAffinity = newColumns.get(changes.columnAfter(table, column));
      if (newAffinity === undefined) add('column dropped', `${table}.${column}`);
      else if (isNarrower(affinity, newAffinity)) add('column narrowed', `${table}.${column}`);
    }
    if (changes.losesRows(table)) add('rows deleted', table);
  }
  return losses;
}

/** Storing into TEXT or BLOB keeps what is readable in a value; storing into a number type may not. */
function isNarrower(before: string, after: string): boolean {
  if (before === after || after === 'BLOB') return false;
  return !(before === 'INTEGER' && after === 'NUMERIC') && !(before === 'INTEGER' && after === 'TEXT');
}
