import { describe, expect, it } from 'vitest';
import { openMemory } from '../driver/index.ts';
import { type Lineage, lineageAt } from '../lineage/lineage.ts';
import { replayMigrations } from '../replay/replay.ts';
import { lineageOf } from '../testing/test-lineage.ts';
import { identifyFile, identityError } from './identify.ts';

const plain = lineageOf(['CREATE TABLE a (x)', 'ALTER TABLE a ADD y', 'CREATE TABLE b (z)']);
const numbered: Lineage = {
  ...plain,
  migrations: plain.migrations.map((it, at) => ({ ...it, name: `${20240101 + at}_step` })),
};

/** A file of a version whose ledger is another one. */
function fileWith(lineage: Lineage, version: number, sql: string) {
  const sqlite = openMemory();
  const { ledger: _, ...drizzle } = lineageAt(lineage, version);
  replayMigrations(sqlite, drizzle);
  sqlite.exec(`DROP TABLE __drizzle_migrations; ${sql}`);
  return sqlite;
}

const kinds: Record<string, readonly [Lineage, string]> = {
  'of D1': [
    { ...plain, ledger: { table: 'd1_migrations', name: 'name' } },
    `CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL);
     INSERT INTO d1_migrations (name) VALUES ('0000_step.sql'), ('0001_step.sql')`,
  ],
  'of sqlx': [
    { ...numbered, ledger: { table: '_sqlx_migrations', name: 'version' } },
    `CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
       success BOOLEAN NOT NULL, checksum BLOB NOT NULL, execution_time BIGINT NOT NULL);
     INSERT INTO _sqlx_migrations VALUES (20240101, 'step', '', 1, x'00', 1), (20240102, 'step', '', 1, x'00', 1)`,
  ],
  'of goose, with a step undone': [
    { ...numbered, ledger: { table: 'goose_db_version', name: 'version_id' } },
    `CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));
     INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (20240101, 1), (20240102, 1), (20240103, 1), (20240103, 0)`,
  ],
  "of an application's own": [
    { ...plain, ledger: { table: 'schema history', name: 'done' } },
    `CREATE TABLE "schema history" (done text); INSERT INTO "schema history" VALUES ('0000_step'), ('0001_step')`,
  ],
};

describe.each(Object.entries(kinds))('a ledger %s', (_, [lineage, sql]) => {
  it('tells the version, is preferred over a stale one of Drizzle, and is written on', () => {
    const sqlite = fileWith(
      lineage,
      2,
      `${sql}; CREATE TABLE __drizzle_migrations (id, hash, created_at);
      INSERT INTO __drizzle_migrations VALUES (NULL, 'other', 1)`,
    );
    expect(identifyFile(sqlite, lineage)).toEqual({ state: 'behind', version: 2 });
    expect(replayMigrations(sqlite, lineage)).toEqual({ from: 2, to: 3 });
    expect(identifyFile(sqlite, lineage)).toEqual({ state: 'current', version: 3 });
    const stale = sqlite.prepare('SELECT count(*) FROM __drizzle_migrations').pluck().get();
    expect(stale).toBe(1);
  });

  it('is named, with what reads it, to who did not say so, where it is of a known form', () => {
    const sqlite = fileWith(lineage, 2, sql);
    const { ledger, ...without } = lineage;
    const identity = identifyFile(sqlite, without);
    expect(identity).toEqual({
      state: 'unstamped',
      version: 0,
      ...(ledger?.table !== 'schema history' && { ledger }),
    });
    const hint = identityError(identity, without)?.hint;
    expect(hint?.includes(JSON.stringify(ledger))).toBe(ledger?.table !== 'schema history');
  });
});

it("reads and makes Drizzle's table under another name", () => {
  const lineage = { ...plain, ledger: { table: 'my_migrations' } };
  const sqlite = openMemory();
  replayMigrations(sqlite, lineageAt(lineage, 1));
  const tables = `SELECT group_concat(name) FROM sqlite_schema WHERE type = 'table'`;
  expect(sqlite.prepare(tables).pluck().get()).toBe('my_migrations,a');
  expect(replayMigrations(sqlite, lineage)).toEqual({ from: 1, to: 3 });
  expect(identifyFile(sqlite, lineage).state).toBe('current');
  expect(identifyFile(sqlite, plain)).toEqual({
    state: 'unstamped',
    version: 0,
    ledger: { table: 'my_migrations' },
  });
  sqlite.exec('DELETE FROM my_migrations');
  expect(identifyFile(sqlite, lineage)).toEqual({ state: 'unstamped', version: 0 });
});

it("reads Drizzle's own where a file has no other", () => {
  const sqlite = openMemory();
  replayMigrations(sqlite, lineageAt(plain, 2));
  const lineage = { ...plain, ledger: { table: 'd1_migrations', name: 'name' } };
  expect(identifyFile(sqlite, lineage)).toEqual({ state: 'behind', version: 2 });
});

it('knows the migrations of a version in another order, as Drizzle 1.0 may leave them', () => {
  const sqlite = openMemory();
  replayMigrations(sqlite, lineageAt(plain, 2));
  sqlite.exec(`UPDATE __drizzle_migrations SET rowid = rowid + 10 WHERE rowid = 1`);
  expect(identifyFile(sqlite, plain)).toEqual({ state: 'reordered', version: 2 });
  expect(replayMigrations(sqlite, plain)).toEqual({ from: 2, to: 3 });
  expect(identifyFile(sqlite, plain)).toEqual({ state: 'reordered', version: 3 });
});
