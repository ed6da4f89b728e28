import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { defineLineage } from '../lineage/define-lineage.ts';
import { replayMigrations } from '../replay/replay.ts';
import { quoteIdentifier } from '../sql/sql-tokens.ts';
import { type LineageSample, lineageSamples } from '../testing/lineages/sample-lineage.ts';
import { rowSources } from './row-sources.ts';

const lineageCount = process.env.VARVE_DEEP === '1' ? 2_000 : 100;

function countRows(sqlite: Database.Database, table: string): unknown {
  return sqlite
    .prepare(`SELECT count(*) FROM ${quoteIdentifier(table)}`)
    .pluck()
    .get();
}

/** For each table of head the rows a replay leaves and those of its source; undefined where there is none of either. */
function countBoth({ lineage, from, image }: LineageSample): [unknown, unknown][] | undefined {
  const sources = rowSources(lineage, from);
  const [before, after] = [new Database(image), new Database(image)];
  try {
    if (!sources || !isReplayed(after, lineage)) return undefined;
    return [...sources].map(([table, source]) => [
      [table, countRows(after, table)],
      [table, source === undefined ? 0 : countRows(before, source)],
    ]);
  } finally {
    before.close();
    after.close();
  }
}

function isReplayed(sqlite: Database.Database, lineage: LineageSample['lineage']): boolean {
  try {
    replayMigrations(sqlite, lineage);
    return true;
  } catch {
    return false;
  }
}

it('a replay leaves in each table as many rows as its source has, where it is told', {
  timeout: 3_600_000,
}, () => {
  let told = 0;
  fc.assert(
    fc.property(lineageSamples('small'), (sample) => {
      const counts = countBoth(sample);
      if (!counts) return;
      told++;
      expect(counts.map(([replayed]) => replayed)).toEqual(counts.map(([, source]) => source));
    }),
    { numRuns: lineageCount, endOnFailure: true },
  );
  expect(told / lineageCount).toBeGreaterThan(0.05);
});

/** What the statements after the first two come to for the tables. */
function sourcesAfter(...statements: readonly string[]) {
  const tables = [
    'CREATE TABLE a (id INTEGER PRIMARY KEY, t TEXT)',
    'CREATE TABLE b (id INTEGER, u TEXT UNIQUE)',
  ];
  const migrations = [...tables, ...statements].map((sql, at) => ({
    name: `${at}`,
    createdAtMs: at + 1,
    sql,
  }));
  const sources = rowSources(defineLineage({ name: 'counted', tables: {}, migrations }), 2);
  return sources && Object.fromEntries(sources);
}

it('follows a table through additions, updates, renames and a rebuild', () => {
  const rebuild = [
    'CREATE TABLE n (id INTEGER, t TEXT NOT NULL)',
    'INSERT INTO n (id, t) SELECT id, t FROM a',
  ];
  const told = sourcesAfter(
    'ALTER TABLE a ADD more TEXT',
    ...rebuild,
    'DROP TABLE a',
    'ALTER TABLE n RENAME TO a',
    'ALTER TABLE b RENAME TO c',
    "UPDATE c SET u = u || 'x'",
    'CREATE INDEX c_u ON c (u)',
    'CREATE TABLE b (id INTEGER, d INTEGER GENERATED ALWAYS AS (id / 2))',
    'SELECT 1',
  );
  expect(told).toEqual({ a: 'a', c: 'b', b: undefined });
});

it.each([
  'DELETE FROM a WHERE id = 1',
  "INSERT INTO a (t) VALUES ('more')",
  'INSERT INTO b (id) SELECT id FROM a',
  'UPDATE OR REPLACE b SET u = 1',
  'CREATE TABLE c AS SELECT * FROM a',
  'CREATE TABLE c AS SELECT (id) AS n FROM a',
  'CREATE TEMP TABLE a (id INTEGER)',
  "CREATE TRIGGER t AFTER UPDATE ON a BEGIN DELETE FROM b; END; UPDATE a SET t = ''",
  "CREATE TEMP TRIGGER t AFTER UPDATE ON a BEGIN DELETE FROM b; END; UPDATE a SET t = ''; DROP TRIGGER t",
  "CREATE TABLE d (x UNIQUE ON CONFLICT REPLACE); UPDATE a SET t = ''",
  'CREATE TABLE n (id INTEGER); INSERT INTO n (id) SELECT id FROM a WHERE id > 1',
  'CREATE TABLE n (id INTEGER); INSERT OR IGNORE INTO n (id) SELECT id FROM a',
  'CREATE TABLE n (id INTEGER); INSERT INTO n (id) SELECT id FROM a; INSERT INTO n (id) SELECT id FROM a',
])('tells of nothing after %s', (statement) => {
  expect(sourcesAfter(statement)).toBeUndefined();
});
