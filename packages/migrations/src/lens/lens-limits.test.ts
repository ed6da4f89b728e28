import { expect, it } from 'vitest';
import { openBoth } from '../testing/lineages/open-both.ts';
import { lineageOf } from '../testing/test-lineage.ts';
import { compileLens } from './compile-lens.ts';
import { ShapeReader } from './shape-reader.ts';
import { traceLineage } from './trace-lineage.ts';

const times = (count: number, write: (at: number) => string): string[] =>
  Array.from({ length: count }, (_, at) => write(at));

const counted =
  'CREATE TABLE runs (id integer PRIMARY KEY, turns integer, total integer); CREATE TABLE turns (id integer PRIMARY KEY, run integer, note text, n integer)';
const up =
  'UPDATE runs SET turns = (SELECT count(*) FROM turns t WHERE t.run = runs.id AND t.n > 0), total = (SELECT count(t.n) FROM turns t WHERE t.run = runs.id)';
const down =
  'UPDATE turns SET n = n + (SELECT count(*) FROM runs r WHERE r.id = turns.run AND r.turns > 1), note = note || (SELECT count(*) FROM runs r WHERE r.id = turns.run)';
const runs =
  "INSERT INTO runs VALUES (1, 0, 0), (2, 0, 0); INSERT INTO turns VALUES (1, 1, 'a', 1), (2, 1, 'b', 2), (3, 2, 'c', 3)";

const plain = 'CREATE TABLE t (id integer PRIMARY KEY, a integer, b text COLLATE NOCASE)';
const rows = "INSERT INTO t VALUES (1, 2, 'x'), (2, 7, 'y'), (3, 4, 'z')";
const update = (at: number) =>
  at % 3
    ? `UPDATE t SET a = a + 1 WHERE id % 3 <> ${at % 3}`
    : `UPDATE t SET b = b || ${at % 10}, a = length(b)`;
const rebuild = (at: number) =>
  `CREATE TABLE __new_t (id integer PRIMARY KEY, a ${at % 2 ? 'integer' : 'text'}, b text COLLATE NOCASE);
INSERT INTO __new_t (id, a, b) SELECT id, a, b FROM t; DROP TABLE t; ALTER TABLE __new_t RENAME TO t;`;
const deep = `${'('.repeat(400)}a${' + 1)'.repeat(400)}`;
const wide = times(1990, (at) => `c${at} text DEFAULT '${at}'`).join(', ');

it.each([
  [
    'two tables that count each other, 8 times',
    [counted, ...times(8, (at) => (at % 2 ? down : up))],
    runs,
    'turns',
  ],
  [
    'two tables that count each other, 40 times',
    [counted, ...times(40, (at) => (at % 2 ? down : up))],
    runs,
    'turns',
  ],
  [
    '520 seed rows by as many statements',
    [plain, times(520, (at) => `INSERT INTO t VALUES (${at + 9}, ${at}, 'm');`).join('\n')],
    rows,
    't',
  ],
  ['300 updates', [plain, ...times(300, update)], rows, 't'],
  ['300 rebuilds that change a type', [plain, ...times(300, rebuild)], rows, 't'],
  ['300 deletes', [plain, ...times(300, (at) => `DELETE FROM t WHERE a = ${at * 7}`)], rows, 't'],
  [
    'updates whose expressions are deep in themselves',
    [plain, ...times(4, () => `UPDATE t SET a = ${deep}`)],
    rows,
    't',
  ],
  [
    'an update that lies too deep in itself to be read',
    [plain, `UPDATE t SET a = ${'('.repeat(985)}a${' + 1)'.repeat(985)} WHERE id < 9`],
    rows,
    't',
  ],
  [
    'a table of 1991 columns',
    [
      `CREATE TABLE t (id integer PRIMARY KEY, ${wide})`,
      'UPDATE t SET c5 = c6 || 1',
      'DELETE FROM t WHERE id = 7',
    ],
    'INSERT INTO t (id) VALUES (1), (7)',
    't',
  ],
])('reads what a replay leaves after %s', (_title, sqls, fill, table) => {
  using both = openBoth(lineageOf(sqls), fill);
  expect(both.lens.refusal).toBeUndefined();
  const { throughLens, replayed } = both.ask(`SELECT * FROM ${table} ORDER BY id`);
  expect(throughLens).toEqual(replayed);
});

it('compiles twice as many updates into twice as much, not four times', () => {
  const sizeOf = (count: number) => {
    const { setup } = compileLens(lineageOf([plain, ...times(count, update)]), 1);
    return setup.reduce((sum, sql) => sum + sql.length, 0);
  };
  expect(sizeOf(400) / sizeOf(200)).toBeLessThan(2.2);
});

it('replays where SQLite takes what was compiled in no number of steps', () => {
  const tooDeep = `a${' + 1'.repeat(985)}`;
  const lineage = lineageOf([plain, `UPDATE t SET a = ${tooDeep} WHERE id < 9`]);
  const { refusal } = compileLens(lineage, 1);
  expect(refusal?.reason).toMatch(/SQLite does not take|too deep|depth/);
});

it.each([
  [
    'plain ones',
    (at: number) => `c${at} ${at % 2 ? 'text' : 'integer'} DEFAULT '${at % 5}' COLLATE NOCASE NOT NULL`,
  ],
  [
    'checked and generated ones',
    (at: number) => (at % 2 ? `c${at} AS (a + ${at})` : `c${at} real CHECK (a > 0) DEFAULT 1`),
  ],
  ['quoted ones', (at: number) => `"c,${at} )" "varchar (${at})" DEFAULT (', AS')`],
  ['keyed ones', (at: number) => `c${at} integer REFERENCES t (id) ON DELETE CASCADE`],
])('knows a table that many columns were added to, %s, as one that was made so', (_title, write) => {
  const made = times(40, (at) => write(at));
  for (const table of [
    'a integer, b text',
    'a integer, b text, PRIMARY KEY (a, b)',
    'a integer, b text) STRICT, (',
  ]) {
    const [start, end] =
      table.split(') STRICT, (').length > 1 ? ['a integer, b text', ') STRICT'] : [table, ')'];
    const isStrict = end !== ')';
    const columns = isStrict ? made.map((it) => it.replace(/"varchar[^"]*"/, 'ANY')) : made;
    const lineage = lineageOf([
      `CREATE TABLE t (id integer UNIQUE NOT NULL, ${start}${end}`,
      ...columns.map((column) => `ALTER TABLE t ADD ${column}`),
    ]);
    const { shapes } = traceLineage(lineage);
    const grown = shapes.map((shape) => shape.tables.get('t')).at(-1);
    expect(grown).toEqual(new ShapeReader(lineage).read('t', grown?.ddl ?? ''));
  }
});

it('knows a table that was made with a reference more, and nothing else', () => {
  const made = (more: string) => `CREATE TABLE "t" (id integer PRIMARY KEY, p integer${more})`;
  const lineage = lineageOf([made(''), `DROP TABLE t; ${made(', FOREIGN KEY (p) REFERENCES t (id)')}`]);
  const { shapes } = traceLineage(lineage);
  expect(shapes[2]?.tables.get('t')).toMatchObject({ columns: [{ name: 'id' }, { name: 'p' }] });
});
