import { join } from 'node:path';
import { defineLineage, lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { makeTempDir } from './temp-dir.ts';

export const start = `CREATE TABLE runs (id text PRIMARY KEY NOT NULL, agent text NOT NULL, began integer NOT NULL);
  CREATE TABLE calls (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, run_id text REFERENCES runs(id) ON DELETE CASCADE, took real);
  CREATE TABLE notes (id text PRIMARY KEY NOT NULL);
  CREATE INDEX calls_run_idx ON calls (run_id);`;
const rows = `INSERT INTO runs VALUES ('r1', 'one', 5), ('r2', 'two', 6);
  INSERT INTO calls (run_id, took) VALUES ('r1', 1.5), ('r1', 2), ('r2', NULL);
  DELETE FROM calls WHERE id = 3;`;
export function lineageOf(pending: string) {
  const migrations = [start, ...pending.split('---')].map((sql, at) => ({
    name: `m${at}`,
    sql,
    createdAtMs: at + 1,
  }));
  return defineLineage({ name: 'patched', tables: {}, migrations });
}

export function writeOld(lineage: ReturnType<typeof lineageOf>, more: string): string {
  const path = join(makeTempDir(), 'old.db');
  const sqlite = new Database(path);
  replayMigrations(sqlite, lineageAt(lineage, 1));
  sqlite.exec(`${rows}; ${more}`);
  sqlite.close();
  return path;
}

function readRows(sqlite: Database.Database, table: string): string[] {
  const rows = sqlite.prepare(`SELECT * FROM "${table}"`).raw().all();
  return rows.map((row) => JSON.stringify(row)).sort();
}

/** All that a file holds, SQLite's own tables too, but for the ledger's marks and moments. */
export function describe(sqlite: Database.Database) {
  const objects = sqlite
    .prepare<[], { type: string; name: string; sql: string }>(
      'SELECT type, name, sql FROM sqlite_schema ORDER BY type, name',
    )
    .all();
  const tables = objects.filter(({ type, sql }) => type === 'table' && !/^CREATE VIRTUAL/.test(sql));
  const ledger = sqlite.prepare('SELECT hash, created_at FROM __drizzle_migrations ORDER BY rowid').all();
  const cells = tables
    .filter(({ name }) => name !== '__drizzle_migrations')
    .map(({ name }) => [name, readRows(sqlite, name)]);
  return {
    objects,
    ledger,
    cells,
    version: sqlite.pragma('user_version'),
    check: sqlite.pragma('integrity_check'),
  };
}
