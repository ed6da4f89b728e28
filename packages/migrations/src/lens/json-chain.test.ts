import { expect, it } from 'vitest';
import { type Both, openBoth } from '../testing/lineages/open-both.ts';
import { lineageOf } from '../testing/test-lineage.ts';
import { compileLens } from './compile-lens.ts';

const created = 'CREATE TABLE t (id INTEGER PRIMARY KEY, payload TEXT, kind TEXT, other TEXT)';

function sqlOf(...pending: readonly string[]): string {
  const lens = compileLens(lineageOf([created, ...pending]), 1);
  return lens.tables.find((table) => table.name === 't')?.select('main') ?? '';
}

function expectSame(pending: readonly string[], rows: string): void {
  using both: Both = openBoth(lineageOf([created, ...pending]), rows);
  const { throughLens, replayed } = both.ask('SELECT id, payload, typeof(payload), other FROM t ORDER BY id');
  expect(throughLens).toEqual(replayed);
}

const version = "UPDATE t SET payload = json_set(payload, '$.v', 2) WHERE payload IS NOT NULL";
const renamed = `UPDATE t SET payload = json_remove(json_set(payload, '$.arguments', json_extract(payload, '$.args')), '$.args')
  WHERE payload IS NOT NULL`;

it('JSON that updates change one after another is parsed once and written once', () => {
  const sql = sqlOf(version, 'ALTER TABLE t ADD COLUMN more TEXT', renamed);
  expect(sql).toContain(
    `json_set(jsonb_remove("payload", '$.args'), '$.v', 2, '$.arguments', jsonb_extract("payload", '$.args'))`,
  );
  expect(sql).toMatch(/FROM "main"."t" AS "t"$/);
  expect(sql).not.toContain('CASE');
});

it('it is so under one condition for all, and where the column has got another name', () => {
  const [first, second] = ['payload', 'body'].map((column) => {
    return `UPDATE t SET ${column} = json_set(${column}, '$.${column}', 1) WHERE json_valid(${column}) AND kind = 'x'`;
  });
  const pending = [first ?? '', 'ALTER TABLE t RENAME COLUMN payload TO body', second ?? ''];
  expect(sqlOf(...pending)).toContain(
    `CASE WHEN (json_valid("payload") AND "kind" = 'x') THEN json_set("payload", '$.payload', 1, '$.body', 1) ELSE "payload" END`,
  );
});

it('a change that reads what an earlier one wrote is made of that', () => {
  const read = "UPDATE t SET payload = json_set(payload, '$.was', json_extract(payload, '$.v'))";
  expect(sqlOf(version, read)).toContain('"payload as JSONB"');
  expectSame([version, read], `INSERT INTO t (id, payload) VALUES (1, '{"v":1}'), (2, '{}'), (3, NULL)`);
});

it('a condition that another column must be JSON does not hold of it alike before and after that was changed', () => {
  const change =
    "UPDATE t SET payload = json_set(payload, '$.n', coalesce(payload -> '$.m', 0)) WHERE json_valid(other)";
  const again = change.replace("'$.n'", "'$.k'");
  const pending = [change, "UPDATE t SET other = json_set(other, '$.a', 1) WHERE kind = 'x'", again];
  expectSame(
    pending,
    `INSERT INTO t VALUES (1, '{}', 'x', '{a:1}'), (2, '{}', 'y', '{a:1}'), (3, '{}', 'x', '{}')`,
  );
});

it('what can fail is not asked of rows that the condition leaves alone', () => {
  const change = "UPDATE t SET payload = json_set(payload, '$.n', json(kind)) WHERE payload IS NOT NULL";
  expectSame([change, version, change], `INSERT INTO t VALUES (1, NULL, '{', NULL), (2, '{}', '[1]', NULL)`);
});

it('two columns of JSON are changed each by itself, and one made of the other', () => {
  const pending = [
    "UPDATE t SET payload = json_set(payload, '$.a', 1), other = json_set(other, '$.b', payload -> '$.x')",
    "UPDATE t SET payload = json_remove(other, '$.c'), other = json_insert(payload, '$.d', json_extract(other, '$.e'))",
  ];
  expect(sqlOf(...pending)).toMatch(/FROM "main"."t" AS "t"$/);
  expectSame(
    pending,
    `INSERT INTO t VALUES (1, '{"x":[1]}', '', '{"c":1,"e":"é"}'), (2, '{x:0x1F}', '', '[]'), (3, NULL, '', '1')`,
  );
});
