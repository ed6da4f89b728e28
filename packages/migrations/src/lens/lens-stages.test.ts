import { describe, expect, it } from 'vitest';
import { type Both, openBoth } from '../testing/lineages/open-both.ts';
import { stagedStatements } from '../testing/staged-statements.ts';
import { lineageOf } from '../testing/test-lineage.ts';
import { compileLens } from './compile-lens.ts';
import type { Lens } from './lens.ts';
import { refusalOnFile } from './refusal-on-file.ts';

const tables = `CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT, size INTEGER);
  CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT UNIQUE);
  CREATE TABLE log (line TEXT, task INTEGER)`;
const rows = `INSERT INTO tasks VALUES (1, 'b', 5), (2, 'a', NULL), (7, 'b', 1);
  INSERT INTO users VALUES (3, 'b', 'a@x'), (2, 'c', 'b@x'), (9, 'b', NULL);
  INSERT INTO log (rowid, line, task) VALUES (4, 'first', 7), (2, 'second', 1), (9, 'third', 1)`;
const everyCell = [
  'SELECT *, typeof(title), typeof(size) FROM tasks ORDER BY id',
  'SELECT *, typeof(name) FROM users ORDER BY id',
  'SELECT *, typeof(line) FROM log ORDER BY line, task',
];

function strategiesOf({ tables: all }: Lens): Record<string, string> {
  return Object.fromEntries(all.map(({ name, strategy }) => [name, strategy]));
}

function expectSame(both: Both, ...queries: readonly string[]): void {
  expect(both.lens.refusal).toBeUndefined();
  for (const query of queries) {
    const { throughLens, replayed } = both.ask(query);
    expect(throughLens).toEqual(replayed);
  }
}

describe('SQLite runs a statement on TEMP tables, as a replay would, when it depends on', () => {
  it.each(stagedStatements)('%s', (_what, migration) => {
    using both = openBoth(lineageOf([tables, migration]), rows);
    expect(both.lens.stages).not.toEqual([]);
    expect(Object.values(strategiesOf(both.lens))).toContain('materialized');
    expectSame(both, ...everyCell);
  });
});

it.each([
  ['the clock', `datetime('now')`, 'text'],
  ['the clock as a keyword', 'CURRENT_TIMESTAMP', 'text'],
  ['the time zone', `datetime(size, 'unixepoch', 'localtime')`, 'text'],
  ['chance', 'hex(randomblob(16))', 'text'],
])(
  'a value of %s is another at each opening, and stays the same while the file is open',
  (_what, value, type) => {
    using both = openBoth(lineageOf([tables, `UPDATE tasks SET title = ${value} WHERE id = 1`]), rows);
    const read = () => both.file.prepare('SELECT title, typeof(title) FROM tasks WHERE id = 1').raw().get();
    expect(read()).toEqual([expect.anything(), type]);
    expect(read()).toEqual(read());
  },
);

it('tables that a statement does not change stay the tables of the file', () => {
  const lens = compileLens(
    lineageOf([tables, 'UPDATE tasks SET title = u.email FROM users u WHERE u.id = tasks.id']),
    1,
  );
  expect(strategiesOf(lens)).toEqual({ tasks: 'materialized', users: 'identity', log: 'identity' });
  expect(lens.tables[0]?.why).toBe('SQLite must run a statement of 0001_step: it is an UPDATE with FROM');
  expect(lens.stages).toMatchObject([{ runs: [{ migration: '0001_step' }] }]);
});

it('a file in which ANALYZE left statistics is replayed: they may lead SQLite another way through its rows', () => {
  using both = openBoth(lineageOf([tables, 'UPDATE log SET line = rowid']), rows);
  expect(refusalOnFile(both.file, both.lens)).toBeUndefined();
  both.file.exec('CREATE INDEX main.titles ON tasks (title); ANALYZE main');
  expect(refusalOnFile(both.file, both.lens)).toMatchObject({
    migration: '0001_step',
    reason: expect.stringMatching(/rowid.*, and ANALYZE left statistics in the file/),
  });
  expect(
    refusalOnFile(both.file, compileLens(lineageOf([tables, 'UPDATE log SET line = 1']), 1)),
  ).toBeUndefined();
});

it('nothing is run that nothing at head comes from', () => {
  const lens = compileLens(
    lineageOf([
      tables,
      'CREATE TABLE x (id INTEGER PRIMARY KEY, n); INSERT INTO x (n) SELECT random() FROM log; DROP TABLE x',
    ]),
    1,
  );
  expect(lens.stages).toEqual([]);
  expect(lens).toMatchObject({ setup: [], overlays: [] });
});

it('a statement that sees rowids which a rebuild gave out sees those of a replay', () => {
  const lineage = lineageOf([
    `${tables}; CREATE INDEX lines ON log (line DESC)`,
    `CREATE TABLE n (line TEXT, task INTEGER NOT NULL); INSERT INTO n SELECT line, task FROM log;
     DROP TABLE log; ALTER TABLE n RENAME TO log; CREATE INDEX tasks_of ON log (task)`,
    `UPDATE log SET line = line || rowid; INSERT INTO tasks (title) SELECT line FROM log WHERE task > 0`,
  ]);
  using both = openBoth(lineage, rows);
  expectSame(both, ...everyCell);
});

it('AUTOINCREMENT goes on after the last key that was ever given out', () => {
  const lineage = lineageOf([
    'CREATE TABLE runs (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT)',
    'ALTER TABLE runs RENAME TO jobs; DELETE FROM jobs',
    `INSERT INTO jobs (name) VALUES ('a'); DELETE FROM jobs WHERE id = 13`,
    `INSERT INTO jobs (name) VALUES ('b')`,
  ]);
  using both = openBoth(lineage, `INSERT INTO runs VALUES (12, 'x')`);
  expectSame(both, 'SELECT id, name FROM jobs');
  expect(both.file.prepare('SELECT id FROM jobs').pluck().all()).toEqual([14]);
});

it('a full-text index made by a pending migration, kept by triggers and made anew, finds what a replayed one finds', () => {
  const lineage = lineageOf([
    tables,
    `CREATE VIRTUAL TABLE search USING fts5(title, tokenize = 'porter'); INSERT INTO search (rowid, title) SELECT id, title FROM tasks;
     CREATE TRIGGER keep AFTER UPDATE ON tasks BEGIN UPDATE search SET title = new.title WHERE rowid = new.id; END`,
    `UPDATE tasks SET title = 'running ' || title`,
    `DROP TRIGGER keep; DROP TABLE search; CREATE VIRTUAL TABLE search USING fts5(title, tokenize = 'porter');
     INSERT INTO search SELECT title FROM tasks WHERE size IS NOT NULL`,
  ]);
  using both = openBoth(lineage, rows);
  expectSame(
    both,
    `SELECT rowid, title FROM search WHERE search MATCH 'run' ORDER BY rank, rowid`,
    ...everyCell,
  );
});

it('statements one after another share their TEMP tables', () => {
  const lineage = lineageOf([
    tables,
    `INSERT INTO log SELECT group_concat(title), 1 FROM tasks; UPDATE log SET task = 2 WHERE task = 1;
     DELETE FROM log WHERE rowid = 4; UPDATE users SET name = 'x'; UPDATE log SET line = rowid`,
  ]);
  using both = openBoth(lineage, rows);
  expect(both.lens.stages.map(({ runs }) => runs.length)).toEqual([4]);
  expect(strategiesOf(both.lens)).toEqual({ tasks: 'identity', users: 'view', log: 'materialized' });
  expectSame(both, ...everyCell);
});

it('a table that a compiled statement changes in between is not the one of before', () => {
  const lineage = lineageOf([
    tables,
    `UPDATE log SET line = rowid || (SELECT group_concat(title) FROM tasks); UPDATE tasks SET title = upper(title);
     UPDATE log SET line = line || (SELECT group_concat(title) FROM tasks); UPDATE tasks SET size = (SELECT count(*) FROM log WHERE line > '4');
     UPDATE log SET line = line || rowid`,
  ]);
  using both = openBoth(lineage, rows);
  expectSame(both, ...everyCell);
});

it('an installed stage leaves nothing in sight but head, and a file that fails it leaves nothing at all', () => {
  const lineage = lineageOf([
    tables,
    `UPDATE users SET email = 'same' FROM log; ALTER TABLE log ADD owner TEXT NOT NULL`,
  ]);
  expect(() => openBoth(lineage, rows)).toThrow(/UNIQUE constraint failed: users.email/);
  using both = openBoth(lineage, '');
  const names = both.file
    .prepare(`SELECT name FROM sqlite_temp_schema WHERE type = 'view' ORDER BY name`)
    .pluck()
    .all();
  expect(names).toEqual(['log', 'users']);
});
