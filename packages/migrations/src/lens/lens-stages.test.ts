import { describe, expect, it } from 'vitest';
import { type Both, openBoth } from '../testing/lineages/open-both.ts';
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

const staged: [string, string][] = [
  ['keys that it invents', `INSERT INTO users (name) VALUES ('root'), ('guest')`],
  ['keys that it invents in the order it meets rows', 'INSERT INTO tasks (title) SELECT line FROM log'],
  ['an update of rows by one another', 'UPDATE tasks SET size = (SELECT count(*) FROM tasks WHERE size > 1)'],
  ['a subquery with several rows', 'UPDATE tasks SET title = (SELECT email FROM users WHERE name = title)'],
  ['a subquery cut short', 'UPDATE tasks SET title = (SELECT email FROM users ORDER BY name LIMIT 1)'],
  [
    'an aggregate that follows the order of rows',
    'UPDATE tasks SET title = (SELECT group_concat(line) FROM log)',
  ],
  ['a sum of reals', 'UPDATE tasks SET size = (SELECT sum(name) FROM users)'],
  ['the rowid', 'UPDATE log SET task = rowid'],
  [
    'the last row of each group',
    'DELETE FROM log WHERE rowid NOT IN (SELECT max(rowid) FROM log GROUP BY task)',
  ],
  [
    'INSERT OR IGNORE',
    `INSERT OR IGNORE INTO users VALUES (2, 'x', 'n@x'), (4, 'x', 'a@x'), (5, 'x', 'o@x')`,
  ],
  ['REPLACE', `REPLACE INTO users VALUES (8, 'x', 'a@x')`],
  [
    'an upsert',
    `INSERT INTO users SELECT id, title, 'a@x' FROM tasks WHERE true ON CONFLICT DO UPDATE SET name = name || excluded.name`,
  ],
  ['UPDATE OR IGNORE', `UPDATE OR IGNORE users SET email = 'x'`],
  [
    'UPDATE FROM, with several partners',
    'UPDATE tasks SET title = users.email FROM users WHERE users.name = tasks.title',
  ],
  ['LIMIT', 'DELETE FROM log ORDER BY line DESC LIMIT 1'],
  ['RETURNING', 'DELETE FROM tasks WHERE id = 2 RETURNING id'],
  ['window functions', 'INSERT INTO log SELECT title, row_number() OVER (ORDER BY title) FROM tasks'],
  [
    'DISTINCT of values that may compare as equal',
    'INSERT INTO log SELECT DISTINCT upper(title), 1 FROM tasks',
  ],
  ['a column that is not grouped by', 'INSERT INTO log SELECT title, size FROM tasks GROUP BY title'],
  [
    'an outer join on the right',
    'INSERT INTO log SELECT name, t.id FROM tasks t RIGHT JOIN users u ON u.name = t.title',
  ],
  [
    'several columns from one row',
    'UPDATE tasks SET (title, size) = (SELECT name, id FROM users WHERE id = 3)',
  ],
  ['row values', 'DELETE FROM tasks WHERE (title, id) IN (SELECT name, id - 1 FROM users)'],
  [
    'a recursive query before it',
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4)
     INSERT INTO log SELECT 'n', i FROM n`,
  ],
  [
    'a trigger',
    `CREATE TRIGGER t AFTER UPDATE ON tasks BEGIN INSERT INTO log VALUES (old.title || '>' || new.title, new.id); END;
     UPDATE tasks SET title = 'z' WHERE id > 1`,
  ],
  [
    'triggers that set off others',
    `CREATE TRIGGER one AFTER DELETE ON log BEGIN UPDATE tasks SET size = size + 1 WHERE id = old.task; END;
     CREATE TRIGGER two AFTER UPDATE ON tasks BEGIN INSERT INTO users (name) VALUES (new.size); END;
     DELETE FROM log WHERE line <> 'third'`,
  ],
  [
    'a trigger instead of it, on a view',
    `CREATE VIEW lines AS SELECT line FROM log;
     CREATE TRIGGER t INSTEAD OF INSERT ON lines BEGIN INSERT INTO log VALUES (new.line, (SELECT count(*) FROM log)); END;
     INSERT INTO lines SELECT name FROM users`,
  ],
  [
    'views, TEMP or not',
    `CREATE VIEW sizes AS SELECT size FROM tasks; CREATE TEMP VIEW ids AS SELECT id FROM users, sizes;
     UPDATE tasks SET size = (SELECT count(*) FROM ids); DROP VIEW ids`,
  ],
  [
    'a ranking in a TEMP table',
    `CREATE TEMP TABLE ranks AS SELECT id, row_number() OVER (ORDER BY title, id) AS n FROM tasks; DELETE FROM ranks WHERE n = 2;
     UPDATE tasks SET size = n FROM ranks WHERE ranks.id = tasks.id; DROP TABLE ranks`,
  ],
];

describe('SQLite runs a statement on TEMP tables, as a replay would, when it depends on', () => {
  it.each(staged)('%s', (_what, migration) => {
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
  expect(lens.setup).toEqual([]);
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
