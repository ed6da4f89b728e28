import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Lineage, replayMigrations } from '@varve/migrations';
import { quoteIdentifier } from '@varve/migrations/internal';
import Database from 'better-sqlite3';
import { readHeadTables } from '../unified/head-tables.ts';

/** Rows by table; each begins with the archive's path and the version it was written at. Values with their storage class. */
export type UnifiedRows = Record<string, unknown[][]>;

function selectList(columns: readonly { readonly name: string }[]): string {
  const names = columns.map(({ name }) => quoteIdentifier(name));
  return names.flatMap((name) => [`typeof(${name})`, name]).join(', ');
}

/** What the view must hold: each archive copied, upgraded by replay, and read. */
export function unionOfUpgraded(paths: readonly string[], lineage: Lineage, workDir: string): UnifiedRows {
  const tables = readHeadTables(lineage);
  const union: UnifiedRows = Object.fromEntries(tables.map(({ name }) => [name, []]));
  for (const path of paths) {
    const copy = join(workDir, 'oracle.db');
    copyFileSync(path, copy);
    const sqlite = new Database(copy);
    const { from } = replayMigrations(sqlite, lineage);
    for (const { name, columns } of tables) {
      const rows = sqlite
        .prepare<[], unknown[]>(`SELECT ${selectList(columns)} FROM ${quoteIdentifier(name)}`)
        .raw()
        .all();
      union[name]?.push(...rows.map((row) => [path, from, ...row]));
    }
    sqlite.close();
    rmSync(copy);
  }
  return sortRows(union);
}

export function readUnifiedRows(sqlite: Database.Database, lineage: Lineage): UnifiedRows {
  const tables = readHeadTables(lineage);
  const read = (name: string, list: string) =>
    sqlite
      .prepare<[], unknown[]>(
        `SELECT (SELECT path FROM _archives WHERE id = _archive), _version, ${list} FROM ${quoteIdentifier(name)}`,
      )
      .raw()
      .all();
  return sortRows(Object.fromEntries(tables.map((it) => [it.name, read(it.name, selectList(it.columns))])));
}

function sortRows(rows: UnifiedRows): UnifiedRows {
  const key = (row: unknown[]) => JSON.stringify(row);
  const sort = (list: unknown[][]) => list.map(plainZeros).toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  return Object.fromEntries(Object.entries(rows).map(([name, list]) => [name, sort(list)]));
}

/** A default of -0.0 keeps its sign until SQLite writes it into a row: no file holds one. */
function plainZeros(row: readonly unknown[]): unknown[] {
  return row.map((value) => (value === 0 ? 0 : value));
}
