import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive, upgradeArchive } from '@varve/core';
import { defineLineage, lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, it } from 'vitest';
import { queryArchives } from '../query/query-archives.ts';
import { runQuery } from '../query/run-query.ts';
import { makeFolder, uuidOf } from '../testing/archives.ts';
import { writeSampleArchives } from '../testing/lineage-archives.ts';
import { clashing, virtualLineages } from '../testing/odd-lineages.ts';
import { openUnified } from './open-unified.ts';

describe.each(virtualLineages)('%s', (_title, sample) => {
  it('stands in the way of no other table, and is the same after every way to head', async () => {
    const { lineage } = sample;
    const [dir, work] = [makeFolder(), makeFolder()];
    const paths = writeSampleArchives(sample, dir);
    const truth = new Database(paths.at(-1));
    const virtual = truth
      .prepare<[], { name: string; columns: string }>(
        `SELECT t.name, (SELECT group_concat(name) FROM pragma_table_info(t.name)) AS columns
         FROM pragma_table_list t WHERE type = 'virtual'`,
      )
      .all();
    const read = (sqlite: Database.Database) => [
      sqlite.prepare('SELECT * FROM notes').raw().all(),
      ...virtual.map(({ name, columns }) =>
        sqlite.prepare(`SELECT rowid, ${columns} FROM ${name}`).raw().all(),
      ),
    ];
    const expected = read(truth);

    using unified = await openUnified(join(work, 'u.db'), { lineage, archives: dir });
    expect(unified.problems).toEqual([]);
    const ways = unified.sqlite.prepare('SELECT DISTINCT strategy FROM _archives').pluck().all();
    expect(ways).not.toContain('replayed');
    const rows = unified.sqlite
      .prepare<[], unknown[]>('SELECT * FROM notes ORDER BY _archive, id')
      .raw()
      .all();
    expect(rows.map((row) => row.slice(2))).toEqual(paths.flatMap(() => expected[0]));

    for (const path of paths) {
      {
        using archive = openArchive(path, { lineage });
        expect(read(archive.sqlite)).toEqual(expected);
      }
      await upgradeArchive(path, { lineage, verify: 'full', acceptLoss: true });
      const upgraded = new Database(path);
      expect(read(upgraded)).toEqual(expected);
      expect(upgraded.pragma('integrity_check', { simple: true })).toBe('ok');
      upgraded.close();
    }
    truth.close();
  });
});

it('gives what has the name of a thing of its own another name, in a view and in a query', async () => {
  const { lineage } = clashing;
  const [dir, work] = [makeFolder(), makeFolder()];
  writeSampleArchives(clashing, dir);
  const notes = sqliteTable('notes', {
    version: text('_version'),
    _archive_: text('_ARCHIVE_'),
    body: text('body'),
  });
  const typed = defineLineage({
    ...lineage,
    tables: { notes, mine: sqliteTable('_archives', { id: integer('id') }) },
  });
  using unified = await openUnified(join(work, 'u.db'), { lineage: typed, archives: dir });
  expect(unified.problems).toEqual([]);
  const sql = 'SELECT id, _version_, _ARCHIVE__, body, long, stars FROM notes WHERE _archive = 1 ORDER BY id';
  const rows = [
    [1n, 'v7!', 'a9', 'hello', 'v7!hello', 3n],
    [2n, 'v8!', null, 'again', 'v8!again', 3n],
  ];
  expect(runQuery(unified.sqlite, sql).rows).toEqual(rows);
  expect((await queryArchives(dir, sql, { lineage })).rows).toEqual(rows);
  const other =
    'SELECT n._version, note, _archive_ FROM _archives_ JOIN notes n USING (_archive) WHERE note = n.id';
  expect(runQuery(unified.sqlite, other).rows).toEqual([1n, 2n, 3n].map((version) => [version, 1n, 'mine']));
  expect((await queryArchives(dir, other, { lineage })).rows).toHaveLength(3);
  expect(unified.db.select().from(unified.tables.notes).all()[0]).toEqual({
    version: 'v7!',
    _archive_: 'a9',
    body: 'hello',
    _archive: 1,
    _version: 1,
  });
  expect(unified.db.select().from(unified.tables.mine).all()).toHaveLength(3);
  expect(unified.db.select().from(unified.archives).all()).toHaveLength(3);
});

it('says of what head has and a view has not why that is', async () => {
  const columns = Array.from({ length: 1999 }, (_, at) => `c${at}`).join(', ');
  const lineage = defineLineage({
    name: 'odd',
    tables: {},
    migrations: [
      {
        name: '0000_first',
        createdAtMs: 1,
        sql: `CREATE TABLE notes (id integer PRIMARY KEY, body text); CREATE VIEW bodies AS SELECT body FROM notes;
          CREATE VIRTUAL TABLE words USING fts5(body); CREATE TABLE wide (${columns})`,
      },
    ],
  });
  const dir = makeFolder();
  writeSampleArchives({ lineage, from: 1, rows: ["INSERT INTO notes (body) VALUES ('a')"] }, dir);
  using unified = await openUnified(join(makeFolder(), 'u.db'), { lineage, archives: dir });
  for (const [name, reason] of [
    ['bodies', 'bodies is a view of head'],
    ['WORDS', 'words is a virtual table of head'],
    ['words_data', 'belongs to a virtual table'],
    ['wide', 'wide has 1999 columns'],
  ]) {
    const refusal = expect.objectContaining({
      code: 'SQL_FAILED',
      hint: expect.stringContaining(reason ?? ''),
    });
    const sql = `SELECT * FROM ${name}`;
    expect(() => runQuery(unified.sqlite, sql)).toThrow(refusal);
    await expect(queryArchives(dir, sql, { lineage })).rejects.toThrow(refusal);
  }
  expect(runQuery(unified.sqlite, 'SELECT body FROM notes').rows).toEqual([['a']]);
});

it.each(['UTF-16le', 'UTF-16be'])(
  'reads archives whose texts are %s beside those of UTF-8',
  async (encoding) => {
    const steps = [
      'CREATE TABLE notes (id integer PRIMARY KEY, body text, size integer, real real, long text AS (body || size) STORED)',
      'UPDATE notes SET size = length(CAST(body AS blob))',
      'ALTER TABLE notes ADD stars integer DEFAULT 3',
    ];
    const migrations = steps.map((sql, at) => ({ name: `000${at}_step`, sql, createdAtMs: at + 1 }));
    const lineage = defineLineage({ name: 'wide', tables: {}, migrations });
    const [dir, work] = [makeFolder(), makeFolder()];
    const expected = [1, 2, 3].flatMap((version) =>
      [encoding, 'UTF-8'].map((pragma) => {
        const sqlite = new Database(join(dir, `${version}${pragma}.db`));
        sqlite.pragma(`encoding = '${pragma}'`);
        replayMigrations(sqlite, lineageAt(lineage, version));
        sqlite.exec(
          `INSERT INTO notes (body, size, real) VALUES ('é 漢字 😀', 9007199254740993, 5), (x'00ff', '7', 0.1)`,
        );
        const upgraded = new Database(sqlite.serialize());
        replayMigrations(upgraded, lineage);
        const rows = upgraded.prepare('SELECT * FROM notes').raw().safeIntegers().all() as unknown[][];
        upgraded.close();
        sqlite.close();
        return rows.map((row) => [BigInt(version), ...row]);
      }),
    );
    const sql = 'SELECT * FROM notes ORDER BY _archive, id';
    const withoutArchive = (rows: readonly (readonly unknown[])[]) => rows.map((row) => row.slice(1));
    using unified = await openUnified(join(work, 'u.db'), { lineage, archives: dir });
    expect(unified.problems).toEqual([]);
    expect(withoutArchive(runQuery(unified.sqlite, sql).rows)).toEqual(expected.flat());
    const live = await queryArchives(dir, sql, { lineage });
    expect(live.problems).toEqual([]);
    expect(withoutArchive(live.rows)).toEqual(expected.flat());
    for (const name of readdirSync(dir)) {
      await upgradeArchive(join(dir, name), { lineage, verify: 'full' });
    }
    const { added, changed, problems } = await unified.refresh();
    expect({ added, changed, problems }).toEqual({ added: 0, changed: 4, problems: [] });
    expect(withoutArchive(runQuery(unified.sqlite, sql).rows)).toEqual(expected.flat());
  },
);

it('reads archives whose columns lie in another order', async () => {
  const { lineage } = clashing;
  const steps = [
    'CREATE TABLE notes (id integer PRIMARY KEY, body text, tag text)',
    "UPDATE notes SET tag = 'b'",
  ];
  const migrations = steps.map((sql, at) => ({ name: `000${at}_step`, sql, createdAtMs: at + 1 }));
  const ordered = defineLineage({ ...lineage, migrations });
  const dir = makeFolder();
  for (const version of [1, 2]) {
    const sqlite = new Database(join(dir, `${version}.db`));
    replayMigrations(sqlite, lineageAt(ordered, version));
    sqlite.exec(`DROP TABLE notes; CREATE TABLE notes (tag text, body text, id integer PRIMARY KEY);
      INSERT INTO notes VALUES ('a', 'B', 1)`);
    sqlite.close();
  }
  using unified = await openUnified(join(makeFolder(), 'u.db'), { lineage: ordered, archives: dir });
  const rows = [
    [1n, 1n, 1n, 'B', 'b'],
    [2n, 2n, 1n, 'B', 'a'],
  ];
  expect(runQuery(unified.sqlite, 'SELECT * FROM notes').rows).toEqual(rows);
  expect((await queryArchives(dir, 'SELECT * FROM notes', { lineage: ordered })).rows).toEqual(rows);
});

it('compares archives of one session, and an archive with what it was, where a table has 1100 columns', async () => {
  const columns = Array.from({ length: 1099 }, (_, at) => `c${at} ${at % 2 ? 'text' : 'real'}`).join(', ');
  const steps = [
    `CREATE TABLE sessions (id text PRIMARY KEY); CREATE TABLE wide (id integer PRIMARY KEY, ${columns})`,
    "UPDATE wide SET c7 = 'seven'",
  ];
  const migrations = steps.map((sql, at) => ({ name: `000${at}_step`, sql, createdAtMs: at + 1 }));
  const lineage = defineLineage({ name: 'wide', tables: {}, migrations });
  const dir = makeFolder();
  const rows = [
    `INSERT INTO sessions VALUES ('${uuidOf(1)}')`,
    'INSERT INTO wide (c1, c1098) VALUES (1, 0.1)',
  ];
  writeSampleArchives({ lineage, from: 1, rows }, dir);
  using unified = await openUnified(join(makeFolder(), 'u.db'), { lineage, archives: dir });
  expect(unified.report).toMatchObject({ problems: [], clashes: [], duplicates: [{ sessionId: uuidOf(1) }] });
  expect(runQuery(unified.sqlite, 'SELECT c1, c7, c1098 FROM wide').rows).toEqual([['1', 'seven', 0.1]]);
  const grown = new Database(unified.report.duplicates[0]?.path);
  grown.exec("INSERT INTO wide (c7) VALUES ('eight'); UPDATE wide SET c3 = 'other' WHERE id = 1");
  grown.close();
  const { changed, problems, clashes } = await unified.refresh();
  expect({ changed, problems, clashes: clashes.length }).toEqual({ changed: 1, problems: [], clashes: 1 });
});
