import { join } from 'node:path';
import { defineLineage, lineageAt, replayMigrations, standardLineage } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { makeFolder } from '../testing/archives.ts';
import { readUnifiedRows, unionOfUpgraded } from '../testing/unified-rows.ts';
import { openUnified } from './open-unified.ts';

/** What hand-written migrations may hold beside what drizzle-kit writes. */
const first = `
  CREATE TABLE "the parents" (
    "the key" text COLLATE NOCASE, part INT, "check" text DEFAULT 'check (' CHECK ("check" <> ')('),
    PRIMARY KEY ("the key", part DESC), UNIQUE (part, "check" COLLATE RTRIM)
  ) WITHOUT ROWID;
  CREATE TABLE children (
    id INTEGER PRIMARY KEY AUTOINCREMENT, "parent's key" text, part, any_value ANY,
    doubled AS (id * 2) STORED, shown AS (id + 1),
    FOREIGN KEY ("parent's key", part) REFERENCES "the parents" ON DELETE CASCADE
  );
  CREATE TABLE exact (value ANY, number INT CHECK (number /* ) */ > (1 - 2))) STRICT;
  CREATE UNIQUE INDEX "one (of) them" ON children ("parent's key", abs(part)) WHERE part > 0;
  CREATE INDEX plain ON children (part DESC, any_value COLLATE NOCASE);
  CREATE VIEW both AS SELECT * FROM children;
  CREATE VIRTUAL TABLE notes USING fts5(body);
  CREATE TRIGGER after_child AFTER INSERT ON children BEGIN INSERT INTO exact (value, number) VALUES (new.id, 0); END;`;

const lineage = defineLineage({
  name: 'odd',
  tables: {},
  migrations: [
    { name: '0000_first', sql: first, createdAtMs: 1 },
    {
      name: '0001_second',
      sql: `ALTER TABLE exact ADD COLUMN more text NOT NULL DEFAULT '7'`,
      createdAtMs: 2,
    },
  ],
});

function writeOddArchive(path: string, version: number): string {
  const sqlite = new Database(path);
  replayMigrations(sqlite, lineageAt(lineage, version));
  sqlite.pragma('foreign_keys = OFF');
  sqlite.exec(`
    INSERT INTO "the parents" VALUES ('a', 1, 'x'), ('b', 2, NULL);
    INSERT INTO children ("parent's key", part, any_value) VALUES ('A', 1, '5'), (NULL, 2, x'00ff'), ('zz', -1, 5.0);
    INSERT INTO exact (value, number) VALUES ('5', 5), (5, NULL), (5.5, 0), (x'35', 7);
    INSERT INTO notes VALUES ('words')`);
  sqlite.close();
  return path;
}

it('unifies tables of every kind, value for value', async () => {
  const [dir, work] = [makeFolder(), makeFolder()];
  const paths = [1, 2, 1].map((version, at) => writeOddArchive(join(dir, `${at}.db`), version));
  using unified = await openUnified(join(work, 'u.db'), { lineage, archives: dir });
  expect(unified.problems).toEqual([]);
  expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(unionOfUpgraded(paths, lineage, work));
});

it('keeps what was unique in an archive unique with it, references within it, and indexes', async () => {
  const dir = makeFolder();
  writeOddArchive(join(dir, 'a.db'), 2);
  using unified = await openUnified(join(makeFolder(), 'u.db'), { lineage, archives: dir });
  const { sqlite } = unified;
  const keys = (table: string) =>
    sqlite
      .prepare<[string], [string, number, string]>(
        `SELECT l.origin, l."unique", group_concat(coalesce(x.name, '(…)') || ' ' || x.coll || iif(x.desc, ' DESC', ''))
         FROM pragma_index_list(?) l, pragma_index_xinfo(l.name) x WHERE x.key GROUP BY l.name ORDER BY 1, 3`,
      )
      .raw()
      .all(table);
  expect(keys('the parents')).toEqual([
    ['pk', 1, '_archive BINARY,the key NOCASE,part BINARY'],
    ['u', 1, '_archive BINARY,part BINARY,check RTRIM'],
  ]);
  expect(keys('children')).toEqual([
    ['c', 1, "_archive BINARY,parent's key BINARY,(…) BINARY"],
    ['c', 0, 'part BINARY DESC,any_value NOCASE,_archive BINARY,id BINARY'],
    ['pk', 1, '_archive BINARY,id BINARY'],
  ]);
  expect(keys('exact')).toEqual([['c', 0, '_archive BINARY']]);
  const references = sqlite
    .prepare(
      `SELECT "table", "from", "to" FROM pragma_foreign_key_list('children') WHERE "table" <> '_archives'`,
    )
    .raw()
    .all();
  expect(references).toEqual([
    ['the parents', '_archive', '_archive'],
    ['the parents', "parent's key", 'the key'],
    ['the parents', 'part', 'part'],
  ]);
  const orphans = sqlite.prepare('SELECT "table", parent FROM pragma_foreign_key_check').raw().all();
  expect(orphans).toEqual([['children', 'the parents']]);
});

it('groups by an indexed column without looking up rows', async () => {
  const file = join(makeFolder(), 'u.db');
  using unified = await openUnified(file, { lineage: standardLineage, archives: makeFolder() });
  const planOf = (what: string) =>
    unified.sqlite
      .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN SELECT ${what} FROM tool_calls GROUP BY tool_name`)
      .all()
      .map(({ detail }) => detail);
  const covered = ['SCAN tool_calls USING COVERING INDEX tool_calls_tool_name_idx'];
  expect(planOf(`sum(status = 'error'), avg(duration_ms), max(started_at_ms), _archive`)).toEqual(covered);
  expect(planOf('max(result)')).not.toEqual(covered);
});
