import { execFileSync } from 'node:child_process';
import { closeSync, copyFileSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { benchLineage } from './lens-lineage.ts';

const tables = ['runs', 'calls', 'events', 'tags'];

/** What a team without varve writes: each archive copied, migrated, read and inserted. */
export function unifyThroughJavaScript(file: string, archives: string): void {
  rmSync(file, { force: true });
  const into = new Database(file);
  into.pragma('synchronous = OFF');
  const copy = join(archives, '..', 'copy.db');
  for (const [at, name] of readdirSync(archives).entries()) {
    copyFileSync(join(archives, name), copy);
    const sqlite = new Database(copy);
    sqlite.pragma('synchronous = OFF');
    replayMigrations(sqlite, benchLineage);
    into.transaction(() => {
      for (const table of tables) moveRows(sqlite, into, table, at);
    })();
    sqlite.close();
  }
  rmSync(copy);
  into.close();
}

function moveRows(from: Database.Database, into: Database.Database, table: string, archive: number): void {
  const select = from.prepare<[], unknown[]>(`SELECT * FROM "${table}"`);
  const columns = select.columns().map(({ name }) => `"${name}"`);
  into.exec(`CREATE TABLE IF NOT EXISTS "${table}" (_archive, ${columns.join(', ')})`);
  const insert = into.prepare(`INSERT INTO "${table}" VALUES (?${', ?'.repeat(columns.length)})`);
  for (const row of select.raw().iterate()) insert.run(archive, ...row);
}

/**
 * A script for the sqlite3 command, in WAL mode with the fewest syncs that are safe. It reads only what is at head, and
 * knows no key, no index and no archive that is bad, changed or read already.
 */
export function unifyByScript(file: string, archives: string): void {
  rmSync(file, { force: true });
  const names = readdirSync(archives);
  const quoted = (path: string) => `'${path.replaceAll("'", "''")}'`;
  const create = tables.map(
    (table) => `CREATE TABLE "${table}" AS SELECT 0 AS _archive, * FROM a."${table}" LIMIT 0;`,
  );
  const script = names.map((name, at) => {
    const inserts = tables.map((table) => `INSERT INTO "${table}" SELECT ${at}, * FROM a."${table}";`);
    const attach = `ATTACH ${quoted(join(archives, name))} AS a;`;
    return [attach, ...(at === 0 ? create : []), 'BEGIN;', ...inserts, 'COMMIT;', 'DETACH a;'].join('\n');
  });
  const input = ['PRAGMA journal_mode = WAL;', 'PRAGMA synchronous = NORMAL;', ...script].join('\n');
  execFileSync('sqlite3', ['-bail', file], { input, stdio: ['pipe', 'ignore', 'inherit'] });
}

export function statAll(dir: string): number {
  return readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).mtimeMs, 0);
}

export function readHeaders(dir: string): void {
  const bytes = Buffer.alloc(100);
  for (const name of readdirSync(dir)) {
    const file = openSync(join(dir, name), 'r');
    readSync(file, bytes, 0, 100, 0);
    closeSync(file);
  }
}
