import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive, openSession, upgradeArchive } from '@varve/core';
import { defineLineage, lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { replayRaw } from '../../../migrations/src/testing/replay-raw.ts';
import { queryArchives } from '../query/query-archives.ts';
import { makeFolder } from '../testing/archives.ts';
import { type Story, stories } from '../testing/stories/index.ts';
import { openUnified } from './open-unified.ts';

const isDeep = process.env.VARVE_DEEP === '1';

function lineageOf({ title, steps }: Story) {
  const migrations = steps.map((sql, at) => ({ name: `000${at}_step`, sql, createdAtMs: at + 1 }));
  return defineLineage({ name: title, tables: {}, migrations });
}

/** The file of a story at a version, as sqlite3 makes it of the text of the migrations. */
function replayedBySqlite({ steps, rows, underViews = [] }: Story): Database.Database {
  const sqlite = new Database(':memory:');
  replayRaw(sqlite, steps[0] ?? '');
  sqlite.exec(rows);
  for (const [at, sql] of steps.entries()) {
    if (at === 0) continue;
    const views = underViews.includes(at) ? viewsOf(sqlite) : [];
    for (const { type, name } of views) if (type === 'view') sqlite.exec(`DROP VIEW ${name}`);
    replayRaw(sqlite, sql);
    for (const view of views) sqlite.exec(view.sql);
  }
  return sqlite;
}

/** With the triggers that go with them. */
function viewsOf(sqlite: Database.Database) {
  const views = `SELECT type, name, sql FROM sqlite_schema AS it WHERE type = 'view' OR (type = 'trigger'
    AND EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'view' AND name = it.tbl_name)) ORDER BY rowid`;
  return sqlite.prepare<[], { type: string; name: string; sql: string }>(views).all();
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** By table and view, the query that gives each row as one text. */
function queriesOf(sqlite: Database.Database, { chance = [] }: Story): Map<string, string> {
  const tables = `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'view', 'virtual')
    AND name NOT LIKE 'sqlite_%' AND name <> '__drizzle_migrations'`;
  const columns = sqlite.prepare<[string], string>(
    'SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1',
  );
  return new Map(
    sqlite
      .prepare<[], string>(tables)
      .pluck()
      .all()
      .map((name) => {
        const known = columns
          .pluck()
          .all(name)
          .filter((column) => !chance.includes(column));
        const cells = known.map((column) => `quote(${quoted(column)})`).join(" || ',' || ");
        return [name, `SELECT ${cells} FROM ${quoted(name)}`];
      }),
  );
}

function rowsOf(sqlite: Database.Database, queries: ReadonlyMap<string, string>): unknown {
  const rows = (sql: string) => sqlite.prepare(sql).pluck().all().sort();
  return Object.fromEntries([...queries].map(([name, sql]) => [name, rows(sql)]));
}

function objectsOf(sqlite: Database.Database): unknown {
  const objects = `SELECT type, name, tbl_name, sql FROM sqlite_schema
    WHERE name NOT LIKE 'sqlite_%' AND name <> '__drizzle_migrations' ORDER BY type, name`;
  return sqlite.prepare(objects).all();
}

function writeFile(path: string, story: Story, version: number): string {
  const lineage = lineageOf(story);
  const sqlite = new Database(path);
  replayMigrations(sqlite, lineageAt(lineage, 1));
  sqlite.pragma('foreign_keys = OFF');
  sqlite.exec(story.rows);
  replayMigrations(sqlite, lineageAt(lineage, version));
  sqlite.close();
  return path;
}

describe.each(stories)('$title', (story) => {
  const lineage = lineageOf(story);
  const all = story.steps.map((_, at) => at).slice(1);
  const versions = isDeep ? all : [1, Math.floor(story.steps.length / 2) + 1];

  it('is at head what SQLite makes of the migrations, through the lens, in a session and upgraded', async () => {
    const truth = replayedBySqlite(story);
    onTestFinished(() => void truth.close());
    const queries = queriesOf(truth, story);
    const expected = { rows: rowsOf(truth, queries), objects: objectsOf(truth) };
    for (const version of versions) {
      const path = writeFile(join(makeFolder(), 'old.db'), story, version);
      {
        using archive = openArchive(path, { lineage });
        expect(rowsOf(archive.sqlite, queries)).toEqual(expected.rows);
      }
      const live = join(makeFolder(), 'live.db');
      copyFileSync(path, live);
      {
        using session = openSession(live, { lineage });
        void session;
      }
      await upgradeArchive(path, { lineage, verify: 'full', acceptLoss: true });
      for (const file of [live, path]) {
        const sqlite = new Database(file);
        expect({ rows: rowsOf(sqlite, queries), objects: objectsOf(sqlite) }).toEqual(expected);
        expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
        sqlite.close();
      }
    }
  });

  it('is the same in a unified view and in a query', async () => {
    const truth = replayedBySqlite(story);
    onTestFinished(() => void truth.close());
    const dir = makeFolder();
    for (const version of versions) writeFile(join(dir, `${version}.db`), story, version);
    using unified = await openUnified(join(makeFolder(), 'u.db'), { lineage, archives: dir });
    expect(unified.problems).toEqual([]);
    const left = unified.sqlite.prepare('SELECT name FROM _left_out').pluck().all();
    const queries = [...queriesOf(truth, story)].filter(([name]) => !left.includes(name));
    for (const [, sql] of queries) {
      const wanted = truth.prepare<[], string>(sql).pluck().all();
      const twice = versions.flatMap(() => wanted).sort();
      expect(unified.sqlite.prepare(sql).pluck().all().sort()).toEqual(twice);
      const asked = await queryArchives(dir, sql, { lineage });
      expect(asked.rows.flat().sort()).toEqual(twice);
    }
  });
});
