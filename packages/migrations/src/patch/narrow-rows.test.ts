import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, expect, it } from 'vitest';
import { defineLineage, lineageAt } from '../lineage/index.ts';
import { replayMigrations } from '../replay/replay.ts';
import { describeDatabase } from '../testing/describe-database.ts';
import { patchFile } from './patch-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'varve-narrow-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const words = (bytes: number) => `hex(zeroblob(${bytes / 2}))`;
const counting = (rows: number) =>
  `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})`;

/** Tables that lose the column `gone`, with rows of 2 MB together. */
const tables: Record<string, { create: string; fill: string; pending?: string }> = {
  'a key of text': {
    create: 'CREATE TABLE t (id text PRIMARY KEY NOT NULL, gone text, body text, took real)',
    fill: `${counting(500)} INSERT INTO t SELECT 'id-' || i, i % 3, ${words(4000)} || i, i FROM n;
      DELETE FROM t WHERE rowid % 7 = 0`,
  },
  'rowids that are hidden, below zero and as large as can be': {
    create: 'CREATE TABLE t (rowid text, gone, body, n numeric)',
    fill: `${counting(60)} INSERT INTO t (_rowid_, rowid, gone, body, n) SELECT i * i - 900, i, i, ${words(40_000)}, '00' || i FROM n;
      INSERT INTO t (_rowid_, body) VALUES (9223372036854775807, 'last'), (-9223372036854775808, 'first')`,
  },
  'a rowid that a column shows, counted, in an index': {
    create: `CREATE TABLE t (gone integer DEFAULT 4, id integer PRIMARY KEY AUTOINCREMENT, body text UNIQUE, n any);
      CREATE INDEX t_n ON t (n DESC)`,
    fill: `${counting(40)} INSERT INTO t SELECT i, i * 3, ${words(60_000)} || i, i / 2.0 FROM n`,
  },
  'a key that is no rowid': {
    create: 'CREATE TABLE t (id integer PRIMARY KEY DESC, gone, body)',
    fill: `${counting(100)} INSERT INTO t (_rowid_, id, gone, body) SELECT i * 2, 1000 - i, i, ${words(20_000)} FROM n`,
  },
  'no rowid': {
    create: 'CREATE TABLE t (id text PRIMARY KEY, gone, body) WITHOUT ROWID',
    fill: `${counting(100)} INSERT INTO t SELECT i, i, ${words(20_000)} FROM n`,
  },
  'columns that are computed and kept': {
    create: `CREATE TABLE t (id integer PRIMARY KEY, gone, kept text AS (n || 'x') STORED, n, shown AS (n + 1), body)`,
    fill: `${counting(100)} INSERT INTO t (id, gone, n, body) SELECT i, i, i, ${words(20_000)} FROM n`,
  },
  'columns that are computed when they are read': {
    create: 'CREATE TABLE t (id integer PRIMARY KEY, shown AS (n + 1), gone, n, body)',
    fill: `${counting(100)} INSERT INTO t (id, gone, n, body) SELECT i, i, i, ${words(20_000)} FROM n`,
  },
  'strict types': {
    create: 'CREATE TABLE t (id integer PRIMARY KEY, n any, gone text, r real, body text) STRICT',
    fill: `${counting(100)} INSERT INTO t SELECT i, iif(i % 2, '0' || i, i), 'x', i, ${words(20_000)} FROM n`,
  },
  'what a column that was declared anew would not store': {
    create: `CREATE TABLE t (id integer PRIMARY KEY, n text, gone, r real, body text); INSERT INTO t (id, n) VALUES (0, '05');
      ALTER TABLE t ALTER COLUMN n TO n integer`,
    fill: `${counting(100)} INSERT INTO t SELECT i, i, 'x', i, ${words(20_000)} FROM n`,
  },
  'a column that is new, and another table of small rows': {
    create: 'CREATE TABLE t (id integer PRIMARY KEY, gone text, body text); CREATE TABLE s (a, gone)',
    fill: `${counting(100)} INSERT INTO t SELECT i, 'x', ${words(20_000)} FROM n;
      ${counting(999)} INSERT INTO s SELECT i, i * 2 FROM n`,
    pending: `ALTER TABLE t ADD late text DEFAULT 'now'; ALTER TABLE s DROP COLUMN gone;
      ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME COLUMN body TO said; ALTER TABLE u DROP COLUMN gone`,
  },
};

/** Patches a file of before the last migration; that a replay makes the same of it is seen on the way. */
function narrow({ create, fill, pending = 'ALTER TABLE t DROP COLUMN gone' }: (typeof tables)[string]) {
  const migrations = [create, pending].map((sql, at) => ({ name: `m${at}`, sql, createdAtMs: at + 1 }));
  const lineage = defineLineage({ name: 'narrow', tables: {}, migrations });
  const path = join(mkdtempSync(join(dir, 'file-')), 'old.db');
  const old = new Database(path);
  replayMigrations(old, lineageAt(lineage, 1));
  old.exec(fill);
  const replayed = new Database(old.serialize());
  old.close();
  const before = statSync(path).size;
  replayMigrations(replayed, lineage);

  const patched = new Database(path);
  expect(patchFile(patched, lineage, 1)).toBe(true);
  expect(describe(patched)).toEqual(describe(replayed));
  expect(patched.pragma('integrity_check')).toEqual(replayed.pragma('integrity_check'));
  patched.close();
  return { before, after: statSync(path).size };
}

for (const [name, table] of Object.entries(tables)) {
  it(`takes a column from the rows of a large file as a replay does, and the file hardly grows: ${name}`, () => {
    const { before, after } = narrow(table);
    const isCopied = name === 'no rowid' || name === 'columns that are computed and kept';
    if (!isCopied) expect(after).toBeLessThan(1.25 * before);
  });

  it(`takes a column from the rows of a small file as a replay does: ${name}`, () => {
    const fill = table.fill.replaceAll(/zeroblob\(\d+\)/g, 'zeroblob(3)');
    expect(narrow({ ...table, fill }).before).toBeLessThan(256 * 1024);
  });
}

function describe(sqlite: Database.Database): unknown {
  const hasRowid = sqlite.prepare(`SELECT 1 FROM pragma_table_list WHERE name = 't' AND NOT wr`).get();
  const rowids = hasRowid && sqlite.prepare('SELECT _rowid_ FROM t ORDER BY 1').safeIntegers().raw().all();
  return { all: describeDatabase(sqlite), rowids };
}
