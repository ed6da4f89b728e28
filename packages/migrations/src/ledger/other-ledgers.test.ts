import { createHash } from 'node:crypto';
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

const classes: Lineage = {
  ...plain,
  migrations: plain.migrations.map((it, at) => ({ ...it, name: `Step${1693835579790 + at}` })),
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
  'of dbmate, and in the same form of Rails and diesel': [
    { ...numbered, ledger: { table: 'schema_migrations', name: 'version' } },
    `CREATE TABLE schema_migrations (version varchar(128) primary key); INSERT INTO schema_migrations VALUES ('20240101'), ('20240102')`,
  ],
  'of Prisma, with a step that failed and was rolled back': [
    { ...numbered, ledger: { table: '_prisma_migrations', name: 'migration_name' } },
    `CREATE TABLE "_prisma_migrations" ("id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME,
       "migration_name" TEXT NOT NULL, "logs" TEXT, "rolled_back_at" DATETIME,
       "started_at" DATETIME NOT NULL DEFAULT current_timestamp, "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0);
     INSERT INTO _prisma_migrations VALUES ('a', 'x', 1700000000000, '20240101_step', NULL, NULL, 1700000000000, 1),
       ('b', 'x', 1700000000000, '20240102_step', NULL, NULL, 1700000000000, 1),
       ('c', 'x', NULL, '20240103_step', 'it failed', 1700000000000, 1700000000000, 0)`,
  ],
  'of Kysely': [
    { ...plain, ledger: { table: 'kysely_migration', name: 'name' } },
    `CREATE TABLE "kysely_migration" ("name" varchar(255) not null primary key, "timestamp" varchar(255) not null);
     INSERT INTO kysely_migration VALUES ('0000_step', '2024-01-01T00:00:00.000Z'), ('0001_step', '2024-01-01T00:00:00.000Z')`,
  ],
  'of an application, with an integer that says when': [
    { ...numbered, ledger: { table: 'history', name: 'version' } },
    `CREATE TABLE history (version INTEGER PRIMARY KEY, applied_at BIGINT NOT NULL, seconds_on INT NOT NULL, took_time INT);
     INSERT INTO history VALUES (20240101, 1700000000000, 1700000000, 12), (20240102, 1700000000000, 1700000000, 12)`,
  ],
  'of an application, with a text that says when': [
    { ...numbered, ledger: { table: 'history', name: 'version' } },
    `CREATE TABLE history (id INTEGER PRIMARY KEY, version INTEGER UNIQUE NOT NULL, applied_at TEXT NOT NULL, executed TEXT NOT NULL);
     INSERT INTO history VALUES (1, 20240101, '2024-01-01T00:00:00.000Z', '2024-01-01 00:00:00'),
       (2, 20240102, '2024-01-01T00:00:00.000Z', '2024-01-01 00:00:00')`,
  ],
  'of TypeORM': [
    { ...classes, ledger: { table: 'migrations', name: 'name' } },
    `CREATE TABLE "migrations" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "timestamp" bigint NOT NULL, "name" varchar NOT NULL);
     INSERT INTO migrations (timestamp, name) VALUES (1693835579790, 'Step1693835579790'), (1693835579791, 'Step1693835579791')`,
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
    const isKnown = !ledger?.table.includes('history');
    expect(identity).toEqual({ state: 'unstamped', version: 0, ...(isKnown && { ledger }) });
    const hint = identityError(identity, without)?.hint;
    expect(hint?.includes(JSON.stringify(ledger))).toBe(isKnown);
  });
});

/** What is written of the third migration, whose text is `CREATE TABLE b (z)`. */
const rows: Record<string, readonly unknown[]> = {
  'of D1': [expect.any(Number), '0002_step.sql', expect.stringMatching(/^\d{4}-/)],
  'of sqlx': [20240103, 'step', expect.stringMatching(/^\d{4}-/), 1, expect.any(Buffer), 0],
  'of goose, with a step undone': [expect.any(Number), 20240103, 1, expect.stringMatching(/^\d{4}-/)],
  'of dbmate, and in the same form of Rails and diesel': ['20240103'],
  'of Prisma, with a step that failed and was rolled back': [
    expect.stringMatching(/^[0-9a-f-]{36}$/),
    createHash('sha256').update('CREATE TABLE b (z)').digest('hex'),
    expect.any(Number),
    '20240103_step',
    null,
    null,
    expect.any(Number),
    1,
  ],
  'of Kysely': ['0002_step', expect.stringMatching(/^\d{4}-.*Z$/)],
  'of an application, with an integer that says when': [
    20240103,
    expect.toSatisfy((it) => it > 1.7e12),
    expect.toSatisfy((it) => it > 1.7e9 && it < 1e10),
    null,
  ],
  'of an application, with a text that says when': [
    3,
    20240103,
    expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    expect.stringMatching(/^\d{4}-\d\d-\d\d [\d:]{8}$/),
  ],
  'of TypeORM': [expect.any(Number), 1693835579792, 'Step1693835579792'],
  "of an application's own": ['0002_step'],
};

it.each(Object.entries(kinds))('writes a row %s as that tool does', (kind, [lineage, sql]) => {
  const sqlite = fileWith(lineage, 2, sql);
  replayMigrations(sqlite, lineage);
  const last = `SELECT * FROM "${lineage.ledger?.table}" ORDER BY rowid DESC LIMIT 1`;
  expect(sqlite.prepare(last).raw().get()).toEqual(rows[kind]);
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
