import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { expect, it } from 'vitest';
import { identifyFile, identityError } from '../ledger/identify.ts';
import { versionFromHint } from '../ledger/version-hint.ts';
import { schemaAt } from '../lens/schema-at.ts';
import { type Lineage, lineageAt } from '../lineage/lineage.ts';
import { migrationHash } from '../lineage/migration-hash.ts';
import { replayMigrations } from '../replay/replay.ts';
import { dumpDatabase, lineageOf, openMemory } from '../testing/test-lineage.ts';
import { squashLineage } from './squash-lineage.ts';

const lineage = lineageOf([
  'CREATE TABLE a (id integer PRIMARY KEY, x text);\nCREATE TABLE gone (y);',
  `ALTER TABLE a ADD z text DEFAULT 'it''s';\nDROP TABLE gone;`,
  'CREATE INDEX a_x ON a (x); CREATE VIEW v AS SELECT x FROM a; CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;',
  'ALTER TABLE a RENAME COLUMN x TO "the x";',
]);
const squashed = squashLineage(lineage, 3);
const rebuiltCounters = [
  'CREATE TABLE a (id integer PRIMARY KEY AUTOINCREMENT, x text)',
  `CREATE TABLE new_a (id integer PRIMARY KEY AUTOINCREMENT, x text NOT NULL);
   INSERT INTO new_a SELECT id, x FROM a; DROP TABLE a; ALTER TABLE new_a RENAME TO a`,
];

function fileAt(from: Lineage, version: number): Database {
  const sqlite = openMemory();
  replayMigrations(sqlite, lineageAt(from, version));
  return sqlite;
}

/** As plain Drizzle leaves a file: it knows no baselines. */
function byDrizzle(from: Lineage): Database {
  const sqlite = openMemory();
  sqlite.exec(
    'CREATE TABLE __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)',
  );
  const insert = sqlite.prepare('INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)');
  for (const migration of from.migrations) {
    sqlite.exec(migration.sql);
    insert.run(migrationHash(migration), migration.createdAtMs);
  }
  return sqlite;
}

const ledgerOf = (sqlite: Database) =>
  sqlite.prepare('SELECT hash, created_at FROM __drizzle_migrations').all();
const withoutLedger = (sqlite: Database) => dumpDatabase(sqlite.exec('DROP TABLE __drizzle_migrations'));
const headerOf = (sqlite: Database) => ({
  applicationId: sqlite.pragma('application_id', { simple: true }) as number,
  userVersion: sqlite.pragma('user_version', { simple: true }) as number,
});

it('makes what the migrations made, under the name and the stamp of the last', () => {
  const [baseline, next] = squashed.migrations;
  expect(baseline).toMatchObject({ name: '0002_step', createdAtMs: lineage.migrations[2]?.createdAtMs });
  expect(next).toBe(lineage.migrations[3]);
  expect(schemaAt(squashed, 2)).toEqual(schemaAt(lineage, 4));
  expect(baseline?.sql).not.toContain('gone');
  const [ours, theirs] = [fileAt(squashed, 2), fileAt(lineage, 4)];
  expect(headerOf(ours)).toEqual(headerOf(theirs));
  expect(ledgerOf(ours)).toEqual(ledgerOf(theirs));
  expect(withoutLedger(ours)).toEqual(withoutLedger(theirs));
});

it.each([
  [3, { state: 'behind', version: 1 }],
  [4, { state: 'current', version: 2 }],
])(
  'takes a file that had %i migrations for what it is, by its ledger and by its header',
  (version, identity) => {
    const sqlite = fileAt(lineage, version);
    expect(identifyFile(sqlite, squashed)).toEqual(identity);
    expect(versionFromHint(headerOf(sqlite), squashed)).toBe(identity.version);
  },
);

it.each([1, 2])('says VERSION_SQUASHED of a file that had only %i of the folded ones', (version) => {
  const sqlite = fileAt(lineage, version);
  const identity = identifyFile(sqlite, squashed);
  expect(identity).toEqual({
    state: 'squashed',
    version: 0,
    baseline: '0002_step',
    migration: `000${version}_step`,
  });
  expect(identityError(identity, squashed)).toMatchObject({
    code: 'VERSION_SQUASHED',
    hint: expect.stringContaining(`still have 000${version}_step`),
  });
  expect(versionFromHint(headerOf(sqlite), squashed)).toBeUndefined();
  expect(() => replayMigrations(sqlite, squashed)).toThrow(
    expect.objectContaining({ code: 'VERSION_SQUASHED' }),
  );
});

it('tells a file of another branch, and an edited migration, also among the folded ones', () => {
  const branch = fileAt(
    lineageOf(['CREATE TABLE a (id integer PRIMARY KEY, x text);\nCREATE TABLE gone (y);', 'SELECT 1']),
    2,
  );
  expect(identifyFile(branch, squashed)).toMatchObject({
    state: 'diverged',
    version: 0,
    migration: '0001_step',
    edited: true,
  });
  expect(identifyFile(fileAt(lineageOf(['CREATE TABLE q (x)']), 1), squashed)).toMatchObject({
    state: 'diverged',
  });
  expect(identifyFile(fileAt(squashed, 2), lineageAt(squashed, 1))).toEqual({
    state: 'ahead',
    version: 1,
    aheadBy: 1,
  });
  expect(identifyFile(fileAt(squashed, 2), lineage)).toEqual({ state: 'current', version: 4 });
});

it('knows the hashes that Drizzle stored on a checkout with \\r\\n', () => {
  const sqlite = fileAt(lineage, 3);
  const text = lineage.migrations[0]?.sql.replaceAll('\n', '\r\n') ?? '';
  const hash = createHash('sha256').update(text).digest('hex');
  sqlite.prepare('UPDATE __drizzle_migrations SET hash = ? WHERE rowid = 1').run(hash);
  expect(identifyFile(sqlite, squashed)).toEqual({ state: 'behind', version: 1 });
});

it('takes the one row that plain Drizzle writes for a baseline for all it stands for, squashed again too', () => {
  expect(identifyFile(byDrizzle(squashed), squashed)).toEqual({ state: 'current', version: 2 });
  const again = squashLineage(squashed, 2);
  expect(again.migrations).toHaveLength(1);
  for (const file of [
    byDrizzle(again),
    byDrizzle(squashed),
    fileAt(again, 1),
    fileAt(squashed, 2),
    fileAt(lineage, 4),
  ]) {
    expect(identifyFile(file, again)).toEqual({ state: 'current', version: 1 });
  }
  for (const file of [byDrizzle(lineageAt(squashed, 1)), fileAt(lineage, 3)]) {
    expect(identifyFile(file, again)).toMatchObject({ state: 'squashed', migration: '0003_step' });
  }
});

it('writes the rows that the migrations wrote, each with its storage class', () => {
  const seeded = lineageOf([
    `CREATE TABLE kinds (id integer PRIMARY KEY, value, double AS (value || value));
     CREATE TABLE log (what text); CREATE TRIGGER t AFTER INSERT ON kinds BEGIN INSERT INTO log VALUES (new.value); END;
     INSERT INTO kinds (value) VALUES ('it''s'), (1), (1.0), (0.1), (9e999), (x'00ff'), (NULL), ('a\nb'), ('a' || char(0) || 'b');`,
    'UPDATE kinds SET value = value + 1 WHERE id = 2;',
  ]);
  const folded = squashLineage(seeded, 2);
  expect(withoutLedger(fileAt(folded, 1))).toEqual(withoutLedger(fileAt(seeded, 2)));
});

it.each([
  ['fewer than two migrations', ['CREATE TABLE a (x)'], /no two migrations/],
  ['rows of a moment', ['CREATE TABLE a (x)', 'INSERT INTO a VALUES (random())'], /random makes different/],
  [
    'rows with a default of a moment',
    ['CREATE TABLE a (x, y DEFAULT CURRENT_TIMESTAMP)', 'INSERT INTO a (x) VALUES (1)'],
    /CURRENT_TIMESTAMP makes different/,
  ],
  [
    'the words of a full-text table that keeps no texts',
    ["CREATE VIRTUAL TABLE words USING fts5 (text, content='')", "INSERT INTO words VALUES ('a b')"],
    /words, which does not keep what it was given/,
  ],
  [
    'a row without a word in a full-text table that does not list its rows',
    [
      "CREATE VIRTUAL TABLE words USING fts5 (text, content='', columnsize=0)",
      "INSERT INTO words (rowid, text) VALUES (1, '')",
    ],
    /words, which does not keep what it was given/,
  ],
  [
    'the words of a full-text table whose texts are gone',
    [
      "CREATE TABLE notes (text); CREATE VIRTUAL TABLE words USING fts5 (text, content='notes')",
      "INSERT INTO notes VALUES ('a b'); INSERT INTO words (words) VALUES ('rebuild'); DROP TABLE notes",
    ],
    /what is left of them does not run: .*no such table: main.notes/,
  ],
  [
    'a full-text table that does not say what its contents do',
    [
      "CREATE TABLE notes (text); CREATE VIRTUAL TABLE words USING fts5 (text, content='notes')",
      "INSERT INTO notes VALUES ('a b'); INSERT INTO words (rowid, text) VALUES (1, 'c')",
    ],
    /words\w* would come out different/,
  ],
  [
    'settings of a full-text table',
    [
      'CREATE VIRTUAL TABLE words USING fts5 (text)',
      "INSERT INTO words (words, rank) VALUES ('automerge', 3)",
    ],
    /words_config would come out different/,
  ],
  [
    'a counter that goes on',
    ['CREATE TABLE a (id integer PRIMARY KEY AUTOINCREMENT)', 'INSERT INTO a VALUES (7); DELETE FROM a;'],
    /AUTOINCREMENT would go on from another number/,
  ],
])('refuses %s', (_, sql, reason) => {
  const refused = expect.objectContaining({ code: 'SQUASH_REFUSED', message: expect.stringMatching(reason) });
  expect(() => squashLineage(lineageOf(sql), sql.length)).toThrow(refused);
});

it('folds rebuilds of a table that counts its keys, which leave a count of none', () => {
  const whole = lineageOf(rebuiltCounters);
  const folded = fileAt(squashLineage(whole, rebuiltCounters.length), 1);
  for (const file of [folded, fileAt(whole, rebuiltCounters.length)]) {
    file.exec("INSERT INTO a (x) VALUES ('first')");
    expect(file.prepare('SELECT id, x FROM a').raw().all()).toEqual([[1, 'first']]);
    expect(file.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'a'").pluck().all()).toEqual([1]);
  }
  const asking = lineageOf([...rebuiltCounters, "UPDATE sqlite_sequence SET seq = 100 WHERE name = 'a'"]);
  expect(() => squashLineage(asking, rebuiltCounters.length)).toThrow(/AUTOINCREMENT would go on/);
});

it.each([
  ['does not list its rows', "fts5 (text, content='', columnsize=0)"],
  ['reads a table that is gone', "fts5 (text, content='notes')"],
])('folds a full-text table without a word that %s', (_, virtual) => {
  const sql = [
    'CREATE TABLE notes (text)',
    `CREATE VIRTUAL TABLE words USING ${virtual}`,
    'DROP TABLE notes',
  ];
  const whole = lineageOf(sql);
  expect(withoutLedger(fileAt(squashLineage(whole, 3), 1))).toEqual(withoutLedger(fileAt(whole, 3)));
});

it.each([
  ['its own texts', 'CREATE VIRTUAL TABLE words USING fts5(body)'],
  [
    'the texts of another',
    'CREATE VIRTUAL TABLE words USING fts5(body, content = "notes", content_rowid=\'id\')',
  ],
  ['boxes', 'CREATE VIRTUAL TABLE words USING rtree(rowid, body, more, +note text)'],
])('writes what the migrations wrote into a virtual table of %s', (title, virtual) => {
  const value = title === 'boxes' ? "new.id, new.id + 0.1, 'it''s'" : 'new.body';
  const columns = title === 'boxes' ? 'body, more, note' : 'body';
  const seeded = lineageOf([
    `CREATE TABLE notes (id integer PRIMARY KEY, body text); ${virtual};
     CREATE TRIGGER mirror AFTER INSERT ON notes BEGIN INSERT INTO words (rowid, ${columns}) VALUES (new.id, ${value}); END`,
    "INSERT INTO notes (id, body) VALUES (7, 'it''s hello'), (2, 'hello')",
    'DELETE FROM notes WHERE id = 99',
  ]);
  const [made, folded] = [fileAt(seeded, 3), fileAt(squashLineage(seeded, 3), 1)];
  const read = (sqlite: Database) => [
    sqlite.prepare(`SELECT rowid, ${columns} FROM words ORDER BY rowid`).raw().all(),
    title === 'boxes' ? [] : sqlite.prepare("SELECT rowid FROM words WHERE words MATCH 'hello'").all(),
    sqlite.prepare('SELECT * FROM notes').raw().all(),
  ];
  expect(read(folded)).toEqual(read(made));
  expect(read(folded)[0]).toHaveLength(2);
  expect(folded.pragma('integrity_check', { simple: true })).toBe('ok');
});

it('takes a moment in the default of an empty table, and the tables of a virtual one', () => {
  const texts = lineageOf([
    'CREATE TABLE a (x, y DEFAULT CURRENT_TIMESTAMP)',
    'CREATE VIRTUAL TABLE words USING fts5 (text); CREATE TABLE b (x); INSERT INTO b VALUES (1);',
  ]);
  expect(
    schemaAt(squashLineage(texts, 2), 1)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(
    schemaAt(texts, 2)
      .map(({ name }) => name)
      .sort(),
  );
});
