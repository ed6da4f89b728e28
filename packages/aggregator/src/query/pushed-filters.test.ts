import { join } from 'node:path';
import { defineLineage, lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { keepView } from '../testing/keep-view.ts';
import { readHeadTables } from '../unified/head-tables.ts';
import { readPushedFilters } from './pushed-filters.ts';
import { queryArchives } from './query-archives.ts';
import { runQuery } from './run-query.ts';

/** Columns whose kinds and collations are others at version 1 than at head. */
const lineage = defineLineage({
  name: 'calls',
  tables: {},
  migrations: [
    `CREATE TABLE calls (id INTEGER PRIMARY KEY, tool text, code text, took INTEGER, extra);
     CREATE TABLE notes (call_id INTEGER, tool text, note text COLLATE NOCASE);`,
    `CREATE TABLE new_calls (id INTEGER PRIMARY KEY, tool text COLLATE NOCASE, code INTEGER, took text, extra);
     INSERT INTO new_calls SELECT id, tool, code, took, extra FROM calls;
     DROP TABLE calls;
     ALTER TABLE new_calls RENAME TO calls;`,
    `UPDATE calls SET tool = upper(tool) WHERE took = '5';`,
  ].map((sql, at) => ({ name: `000${at}_step`, sql, createdAtMs: at + 1 })),
});

const tables = readHeadTables(lineage);
const values = ["'grep'", "'GREP'", "'5'", '5', '5.5', "'abc'", 'NULL', "x'35'", "''", '-1'];

function writeArchives(dir: string): void {
  for (const version of [1, 2, 3]) {
    const sqlite = new Database(join(dir, `${version}.db`));
    replayMigrations(sqlite, lineageAt(lineage, version));
    for (const [at, value] of values.entries()) {
      const other = values[(at + version) % values.length];
      sqlite.exec(`INSERT INTO calls (tool, code, took, extra) VALUES (${value}, ${other}, ${other}, ${value});
        INSERT INTO notes VALUES (${at + 1}, ${value}, ${other})`);
    }
    sqlite.close();
  }
}

const view = keepView(lineage, writeArchives);
const { archives } = view;

it.each([
  ["SELECT * FROM calls WHERE tool = 'grep'", { calls: `(+"tool") COLLATE "NOCASE" = 'grep'` }],
  ["SELECT * FROM calls c WHERE (c.took IS NOT NULL AND c.took >= '5') AND code <> -1", 'calls'],
  [
    'SELECT * FROM calls WHERE code BETWEEN 5 AND 1e3',
    { calls: '(+"code") COLLATE "BINARY" BETWEEN 5 AND 1e3' },
  ],
  ["SELECT * FROM calls WHERE CALLS.TOOL IN ('a', 'grep', NULL)", 'calls'],
  ["SELECT * FROM calls JOIN notes ON call_id = id WHERE note = 'GREP' AND took = '5'", 'calls notes'],
  ["SELECT count(*) FROM calls, notes n WHERE n.tool = 'grep' AND calls.code NOTNULL", 'calls notes'],
  [
    "WITH few AS (SELECT * FROM notes WHERE note = 'x') SELECT * FROM calls, few WHERE calls.tool = 'grep'",
    'calls',
  ],
  ['SELECT * FROM calls WHERE took = 5', ''],
  ["SELECT * FROM calls WHERE code = '5'", ''],
  ["SELECT * FROM calls WHERE extra = 'grep'", ''],
  ["SELECT * FROM calls WHERE tool = 'grep' OR code = 5", ''],
  ["SELECT * FROM calls WHERE NOT tool = 'grep'", ''],
  ["SELECT * FROM calls WHERE tool = 'grep' COLLATE BINARY", ''],
  ["SELECT * FROM notes LEFT JOIN calls ON call_id = id WHERE note = 'grep'", ''],
  ['SELECT * FROM notes LEFT JOIN calls ON call_id = id WHERE code IS NULL', ''],
  ["SELECT * FROM calls, notes WHERE tool = 'grep'", undefined],
  ["SELECT * FROM calls WHERE tool = 'grep' AND id IN (SELECT max(id) FROM calls)", ''],
  ["SELECT * FROM calls WHERE tool = 'grep' UNION ALL SELECT * FROM calls", ''],
  ["WITH calls AS (SELECT * FROM notes) SELECT * FROM calls WHERE note = 'grep'", ''],
  ["SELECT (SELECT count(*) FROM notes WHERE note = 'grep') FROM calls", ''],
  ["SELECT *, (SELECT rows FROM _archives a WHERE a.id = _archive) FROM calls WHERE tool = 'grep'", 'calls'],
] as const)('%s asks the archives for %j, and has the answer of a unified view', async (sql, expected) => {
  const filters = readPushedFilters(sql, tables);
  if (typeof expected === 'object') expect(Object.fromEntries(filters)).toEqual(expected);
  else expect([...filters.keys()].sort().join(' ')).toBe(expected ?? '');
  if (expected === undefined) {
    await expect(queryArchives(archives, sql, { lineage })).rejects.toMatchObject({ code: 'SQL_FAILED' });
    return;
  }
  const [live, stored] = [await queryArchives(archives, sql, { lineage }), runQuery(view.sqlite, sql)];
  const sorted = (rows: readonly (readonly unknown[])[]) =>
    rows.map((row) => row.map(String).join('|')).sort();
  if (!sql.includes('_archives')) expect(sorted(live.rows)).toEqual(sorted(stored.rows));
});

it('pulls only the rows it asks for, unless the number of rows is asked for as well', async () => {
  const pulled = async (sql: string) => (await queryArchives(archives, sql, { lineage })).rowsPulled;
  expect(await pulled('SELECT count(*) FROM calls WHERE code = 5')).toBe(6);
  const sql =
    'SELECT count(*) FROM calls, _archives a WHERE a.id = _archive AND a.rows > 1 AND calls.code = 5';
  expect(await pulled(sql)).toBe(30);
});
