import { expect, it } from 'vitest';
import { openBoth } from '../testing/lineages/open-both.ts';
import { lineageOf } from '../testing/test-lineage.ts';

const table = 'CREATE TABLE t (id INTEGER PRIMARY KEY, x, kind TEXT, y INTEGER DEFAULT 0)';
/** Of these, abs() of the second fails, and so does JSON of the third. */
const rows = `INSERT INTO t (id, x, kind) VALUES (1, 5, 'a'), (2, -9223372036854775807 - 1, 'b'), (3, '{', 'c')`;

function expectSame(migrations: readonly string[], query: string, strategy: string): void {
  using both = openBoth(lineageOf([table, ...migrations]), rows);
  const { throughLens, replayed } = both.ask(query);
  expect(throughLens).toEqual(replayed);
  expect(both.lens.tables[0]?.strategy).toBe(strategy);
}

it.each([
  'UPDATE t SET y = 1 WHERE abs(x) > 1 AND id = 1',
  `UPDATE t SET y = 1 WHERE (kind = 'a' AND (abs(x) > 1 AND id IN (1, 3)))`,
  `UPDATE t SET y = 1 WHERE (abs(x) > 1 AND id = 1) OR (json_extract(x, '$') = 5 AND id = 1)`,
  'UPDATE t SET y = 1 WHERE id IN (SELECT 1) AND abs(x) > 1',
  'DELETE FROM t WHERE abs(x) > 1 AND id = 1',
  'UPDATE t SET y = (SELECT count(*) FROM t AS o WHERE abs(o.x) > 1 AND o.id = 1) WHERE id = 1',
])('%s asks what can fail of the rows that it would meet by its key', (sql) => {
  expectSame(
    [sql],
    'SELECT id, x, kind, y FROM t ORDER BY id',
    /FROM t AS o/.test(sql) ? 'materialized' : 'view',
  );
});

it('an INSERT … SELECT asks what can fail of its own rows alone, whatever a query over them asks', () => {
  const migrations = [
    'CREATE INDEX by_x ON t (x)',
    'CREATE TABLE n (id INTEGER PRIMARY KEY, x)',
    `INSERT INTO n SELECT id, x FROM t WHERE kind = 'a' AND abs(x) > 1`,
  ];
  using both = openBoth(lineageOf([table, ...migrations]), rows, 2);
  const { throughLens, replayed } = both.ask('SELECT id FROM n WHERE x < 0');
  expect(throughLens).toEqual(replayed);
});

it('several that can fail are left to SQLite where an index may decide which comes first', () => {
  const sql = `UPDATE t SET y = 1 WHERE abs(x) > 1 AND json_extract(kind, '$') = 1 AND y = 0`;
  using plain = openBoth(lineageOf([table, sql]), '');
  expect(plain.lens.tables[0]?.strategy).toBe('view');
  using indexed = openBoth(lineageOf([`${table}; CREATE INDEX by_kind ON t (y, kind)`, sql]), '');
  expect(indexed.lens.tables[0]).toMatchObject({ strategy: 'materialized' });
});

it('what no migration asks, a view, is left as it is', () => {
  const view = `CREATE VIEW v AS SELECT id FROM t WHERE abs(x) > 1 AND json_extract(kind, '$') = 1`;
  using both = openBoth(lineageOf([`${table}; CREATE INDEX by_kind ON t (kind)`, view]), '');
  expect(both.lens.refusal).toBeUndefined();
});

it('a table of JSON can fail of which no column is asked for', () => {
  const migrations = [
    table,
    'DELETE FROM t WHERE id = 3',
    'UPDATE t SET y = (SELECT count(*) FROM json_each(x))',
  ];
  using both = openBoth(lineageOf(migrations), rows);
  expect(both.lens.tables[0]).toMatchObject({ strategy: 'materialized', why: /can fail/ });
});
