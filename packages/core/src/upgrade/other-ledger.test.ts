import { join } from 'node:path';
import { defineLineage, type Lineage, lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { makeTempDir } from '../testing/temp-dir.ts';
import { upgradeArchive } from './upgrade-archive.ts';

const ledgers = {
  goose_db_version: {
    name: 'version_id',
    made: '(id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL)',
    applied: '(version_id, is_applied) VALUES (0, 1), (20240101, 1)',
    rows: [0, 20240101, 20240102],
  },
  d1_migrations: {
    name: 'name',
    made: '(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TEXT DEFAULT CURRENT_TIMESTAMP)',
    applied: "(name) VALUES ('20240101_step.sql')",
    rows: ['20240101_step.sql', '20240102_step.sql'],
  },
  _sqlx_migrations: {
    name: 'version',
    made: `(version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
      success BOOLEAN NOT NULL, checksum BLOB NOT NULL, execution_time BIGINT NOT NULL)`,
    applied: "VALUES (20240101, 'step', '', 1, x'00', 1)",
    rows: [20240101, 20240102],
  },
};

const pendings: Record<string, readonly [string, 'patched' | 'replayed']> = {
  'of which the lens says how many rows there are to be': ["DELETE FROM t WHERE v = 'b'", 'patched'],
  'that change no number of rows': ["ALTER TABLE t ADD w DEFAULT 'w'; UPDATE t SET v = v || w", 'patched'],
  'that only a replay can judge': ['UPDATE t SET v = changes()', 'replayed'],
};

/** A file of version 1, without Drizzle's ledger. */
function writeFile(lineage: Lineage, { made, applied }: { made: string; applied: string }): string {
  const path = join(makeTempDir(), 'old.db');
  const sqlite = new Database(path);
  const { ledger, ...drizzle } = lineageAt(lineage, 1);
  replayMigrations(sqlite, drizzle);
  sqlite.exec(`DROP TABLE __drizzle_migrations; CREATE TABLE ${ledger?.table} ${made};
    INSERT INTO ${ledger?.table} ${applied}; INSERT INTO t (v) VALUES ('a'), ('b'), (NULL)`);
  sqlite.close();
  return path;
}

const cases = Object.entries(ledgers).flatMap(([table, ledger]) =>
  Object.entries(pendings).flatMap(([what, [sql, how]]) =>
    (['counts', 'full'] as const).map((verify) => ({ table, ...ledger, what, sql, how, verify })),
  ),
);

it.each(cases)(
  'writes on $table, and holds it against nothing, of migrations $what ($verify)',
  async (it) => {
    const { table, name, sql, how, verify, rows } = it;
    const migrations = ['CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, v)', sql].map((text, at) => {
      return { name: `${20240101 + at}_step`, sql: text, createdAtMs: at };
    });
    const lineage = defineLineage({ name: 'other', tables: {}, migrations, ledger: { table, name } });
    const path = writeFile(lineage, it);
    expect(await upgradeArchive(path, { lineage, verify, acceptLoss: true })).toMatchObject({ from: 1, how });
    const sqlite = new Database(path);
    expect(sqlite.prepare(`SELECT ${name} FROM ${table} ORDER BY rowid`).pluck().all()).toEqual(rows);
    sqlite.close();
  },
);

/** Runs a script as tools do: whole, so that SQLite stores of it what it likes. */
function writeAsTool(scripts: readonly string[], ledger: string): string {
  const path = join(makeTempDir(), 'tool.db');
  const sqlite = new Database(path);
  sqlite.exec(`CREATE TABLE applied (${ledger})`);
  for (const [at, sql] of scripts.entries())
    sqlite.exec(`${sql}; INSERT INTO applied (name) VALUES ('${at}_step')`);
  sqlite.close();
  return path;
}

function describeTables(path: string): unknown[] {
  const sqlite = new Database(path);
  const texts = sqlite.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').raw().all();
  const applied = sqlite.prepare('SELECT name FROM applied').pluck().all();
  sqlite.close();
  return [...texts, ...applied];
}

it.each([
  [
    'with an index that ends before its semicolon',
    'CREATE TABLE t (v) -- why\n\n; CREATE INDEX i ON t (v) -- why\n\n',
    'ALTER TABLE t ADD w; CREATE UNIQUE INDEX j ON t (w, v)\n',
    'name',
    'patched',
  ],
  [
    'whose first migration makes the ledger too, in other words',
    'CREATE TABLE IF NOT EXISTS applied (name text); CREATE TABLE t (v)',
    'ALTER TABLE t ADD w',
    'name TEXT',
    'patched',
  ],
  [
    'whose first migration makes the ledger too, with less',
    'CREATE TABLE IF NOT EXISTS applied (name text); CREATE TABLE t (v)',
    'ALTER TABLE t ADD w',
    'name TEXT, took integer DEFAULT 1',
    'patched',
  ],
  [
    'whose second migration makes the ledger that is there',
    'CREATE TABLE t (v)',
    'CREATE TABLE IF NOT EXISTS applied (name text); ALTER TABLE t ADD w',
    'name TEXT',
    'replayed',
  ],
] as const)(
  'makes of the file of a tool %s what the tool makes of it',
  async (_, first, second, ledger, how) => {
    const scripts = [first, second];
    const migrations = scripts.map((sql, at) => ({ name: `${at}_step`, sql, createdAtMs: at }));
    const settings = { table: 'applied', name: 'name' };
    const lineage = defineLineage({ name: 'tool', tables: {}, migrations, ledger: settings });
    const path = writeAsTool([first], ledger);
    expect(await upgradeArchive(path, { lineage })).toMatchObject({ from: 1, how });
    expect(describeTables(path)).toEqual(describeTables(writeAsTool(scripts, ledger)));
  },
);
