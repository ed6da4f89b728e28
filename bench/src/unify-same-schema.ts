import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/**
 * A script for the sqlite3 command that copies archives at head into the tables of a view that varve made, with the
 * same keys and indexes. It knows no archive that is bad, changed or read already.
 */
export function scriptOfSameSchema(view: string, archives: string): string {
  const sqlite = new Database(view, { readonly: true });
  try {
    const objects = sqlite
      .prepare<[], { type: string; name: string; sql: string }>(
        `SELECT type, name, sql FROM sqlite_schema WHERE sql NOT NULL AND type IN ('table', 'index')
         AND name NOT GLOB '_*' AND name NOT GLOB 'sqlite*' ORDER BY type = 'index', rowid`,
      )
      .all();
    const tables = objects.filter(({ type }) => type === 'table').map(({ name }) => name);
    const columns = tables.map((table) => readColumns(sqlite, table));
    const copies = readdirSync(archives).map((name, at) => {
      const inserts = tables.map((table, place) => insertOf(table, columns[place] ?? [], at));
      const path = join(archives, name).replaceAll("'", "''");
      return [`ATTACH '${path}' AS a;`, 'BEGIN;', ...inserts, 'COMMIT;', 'DETACH a;'].join('\n');
    });
    const pragmas = ['PRAGMA journal_mode = WAL;', 'PRAGMA synchronous = NORMAL;'];
    return [...pragmas, ...objects.map(({ sql }) => `${sql};`), ...copies].join('\n');
  } finally {
    sqlite.close();
  }
}

export function runScript(file: string, input: string): void {
  rmSync(file, { force: true });
  execFileSync('sqlite3', ['-bail', file], { input, stdio: ['pipe', 'ignore', 'inherit'] });
}

function readColumns(sqlite: Database.Database, table: string): string[] {
  const sql = 'SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0';
  return sqlite.prepare<[string], string>(sql).pluck().all(table);
}

function insertOf(table: string, columns: readonly string[], archive: number): string {
  const own: Record<string, string> = { _archive: String(archive), _version: '1' };
  const list = columns.map((column) => `"${column}"`).join(', ');
  const read = columns.map((column) => own[column] ?? `"${column}"`).join(', ');
  return `INSERT INTO "${table}" (${list}) SELECT ${read} FROM a."${table}";`;
}
