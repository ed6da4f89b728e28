import { VarveError } from '@varve/schema';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lineageOf } from '../testing/test-lineage.ts';
import { compileLens } from './compile-lens.ts';
import { installLens } from './install-lens.ts';
import type { Lens } from './lens.ts';

const isDeep = process.env.VARVE_DEEP === '1';
const created = 'CREATE TABLE t (id INTEGER PRIMARY KEY, payload TEXT, kind TEXT, n INTEGER, other TEXT)';

const scalars = [
  ...['1', '-0', '1.0', '1e5', '1E+5', '-1.50', '12345678901234567890', '-9223372036854775808', '1e999'],
  ...[
    'true',
    'null',
    '""',
    '"a"',
    '"\\u0041"',
    '"\\u0000x"',
    '"\\ud83d\\ude00"',
    '"\\ud83d"',
    '"é😀"',
    '"a\\/b"',
  ],
  ...['"\\n\\"\\\\"', '"\u007f"', '"it\'s"', '"7"', '"[1,2]"'],
  ...[
    '+1',
    '.5',
    '5.',
    '0x1F',
    '0xFFFFFFFFFFFFFFFFFF',
    'NaN',
    '-Infinity',
    "'single'",
    "'a\"b'",
    '"\\x41"',
    '"a\\\nb"',
  ],
];
const keys = ['"a"', '"a"', '"v"', '"args"', '"\\u0061"', '"a b"', '""', '"a\\"b"', '"é"', 'a', "'v'"];
const spaces = fc.constantFrom('', '', '', ' ', '\n', '/* c */', '\ufeff');
const { json } = fc.letrec<{ json: string; list: string; object: string; scalar: string }>((tie) => ({
  json: fc.oneof({ maxDepth: 3 }, tie('scalar'), tie('list'), tie('object'), tie('object')),
  scalar: fc.constantFrom(...scalars),
  list: fc.array(tie('json'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
  object: fc
    .array(fc.tuple(fc.constantFrom(...keys), spaces, tie('json')), { maxLength: 4 })
    .map((members) => `{${members.map(([key, space, value]) => `${key}${space}:${value}`).join(',')}}`),
}));
const notJson = fc.constantFrom<unknown>(
  null,
  '',
  '{',
  'abc',
  '{"a":1}x',
  5,
  1.5,
  Buffer.from('{"a":1}'),
  Buffer.from('1361', 'hex'),
);
const payloads = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(spaces, json).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: notJson },
);

const paths = fc.constantFrom(
  ...[
    "'$.a'",
    "'$.v'",
    "'$.args'",
    "'$.a.b'",
    "'$[0]'",
    "'$[#]'",
    "'$'",
    '\'$."a b"\'',
    "'$.new.deep'",
    'kind',
    'NULL',
  ],
);
const values = fc.oneof(
  fc.constantFrom(
    '1',
    '-0.5',
    '9e999',
    'NULL',
    "'text'",
    '\'{"t":1}\'',
    `json('{"t":[1, 2]}')`,
    'kind',
    'n',
    "x'00'",
  ),
  paths.map((path) => `json_extract(payload, ${path})`),
  paths.map((path) => `payload -> ${path}`),
  fc.constantFrom('payload', "coalesce(payload, 'x')", 'json(payload)'),
  fc.constant("(SELECT json_group_array(json_extract(value, '$.a')) FROM json_each(payload, '$.args'))"),
);
const changed = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('set', 'set', 'insert', 'replace'),
      fc.array(fc.tuple(paths, values), { minLength: 1, maxLength: 2 }),
    )
    .map(
      ([how, pairs]) =>
        (from: string) =>
          `json_${how}(${[from, ...pairs.flat()].join(', ')})`,
    ),
  fc
    .array(paths, { maxLength: 2 })
    .map((all) => (from: string) => `json_remove(${[from, ...all].join(', ')})`),
  fc
    .constantFrom('{"a":null,"b":{"c":1}}', '[1]')
    .map((patch) => (from: string) => `json_patch(${from}, '${patch}')`),
  fc.constant((from: string) => `json(${from})`),
);
const sources = fc.constantFrom(
  'payload',
  'payload',
  "coalesce(payload, '{}')",
  't.payload',
  "iif(n > 1, payload, '[]')",
  "json_extract(payload, '$.a')",
  "replace(payload, 'a', 'v')",
);
const reshaped = fc
  .tuple(sources, fc.array(changed, { minLength: 1, maxLength: 3 }))
  .chain(([source, steps]) => {
    const sql = steps.reduce<string>((inner, step) => step(inner), source);
    return fc.constantFrom(
      sql,
      sql,
      `CASE WHEN json_valid(payload) THEN ${sql} ELSE payload END`,
      `CASE kind WHEN 'x' THEN ${sql} ELSE '{}' END`,
    );
  });
const told = fc.oneof(
  paths.map((path) => `json_extract(payload, ${path})`),
  fc.constantFrom(
    "payload ->> '$.a'",
    'typeof(payload)',
    'length(payload)',
    "json_type(payload, '$.a')",
    'payload',
    "payload -> '$.a' -> '$.b'",
  ),
  reshaped,
);
const conditions = fc.constantFrom(
  '',
  '',
  ' WHERE payload IS NOT NULL',
  " WHERE kind = 'x'",
  ' WHERE json_valid(payload)',
  " WHERE json_extract(payload, '$.a') > 0",
  " WHERE payload LIKE '%a%'",
  " WHERE json_type(payload) = 'object'",
);
const statements = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(reshaped, conditions).map(([sql, where]) => `UPDATE t SET payload = ${sql}${where}`),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('n', 'other'), told, conditions)
      .map(([column, sql, where]) => `UPDATE t SET ${column} = ${sql}${where}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(told, reshaped)
      .map(([sql, other]) => `UPDATE t SET other = ${sql}, payload = ${other}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "DELETE FROM t WHERE kind = 'y'",
      "DELETE FROM t WHERE json_type(payload) = 'array'",
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(reshaped, told, fc.constantFrom('TEXT', 'TEXT', 'BLOB', 'JSON')).map(
      ([sql, other, type]) =>
        `CREATE TABLE u (id INTEGER PRIMARY KEY, payload ${type}, kind TEXT, n INTEGER, other TEXT);
       INSERT INTO u SELECT id, ${sql}, kind, n, ${other} FROM t; DROP TABLE t; ALTER TABLE u RENAME TO t`,
    ),
  },
);

const select = 'SELECT id, typeof(payload), payload, typeof(n), n, typeof(other), other, kind FROM t';

/** The row, or that there is none to be had: a text that is no JSON fails where SQLite reads it. */
function rowsAfter(payload: unknown, prepare: (sqlite: Database.Database) => void): unknown {
  const sqlite = new Database(':memory:');
  sqlite.exec(created);
  sqlite.prepare('INSERT INTO t VALUES (1, ?, ?, 2, NULL)').run(payload, '$.args');
  sqlite.exec("INSERT INTO t VALUES (2, '{\"args\":[{\"a\":1}]}', 'x', 1, NULL), (3, '[]', 'y', 1, NULL)");
  try {
    prepare(sqlite);
    return sqlite.prepare(select).safeIntegers().raw().all();
  } catch (error) {
    if (
      error instanceof Database.SqliteError ||
      (error instanceof VarveError && error.code === 'MIGRATION_FAILED')
    )
      return 'fails';
    throw error;
  } finally {
    sqlite.close();
  }
}

const outcomes = { same: 0, fails: 0, jsonb: 0 };

it('JSON that several migrations reshape is, text for text, what each of them by itself would leave', {
  timeout: isDeep ? 3_600_000 : 120_000,
}, () => {
  fc.assert(
    fc.property(
      fc.array(statements, { minLength: 2, maxLength: 4 }),
      fc.array(payloads, { minLength: 2, maxLength: 5 }),
      (pending, rows) => {
        const lens: Lens = compileLens(lineageOf([created, ...pending]), 1);
        if (lens.refusal) return;
        outcomes.jsonb += lens.tables.some((table) => table.select('main').includes('("payload as JSONB"'))
          ? 1
          : 0;
        for (const payload of rows) {
          const replayed = rowsAfter(payload, (sqlite) => sqlite.exec(pending.join(';')));
          const throughLens = rowsAfter(payload, (sqlite) => installLens(sqlite, lens));
          outcomes[replayed === 'fails' ? 'fails' : 'same'] += 1;
          // A lens does not fail where nobody reads what does.
          if (replayed !== 'fails') expect(throughLens).toEqual(replayed);
        }
      },
    ),
    { numRuns: isDeep ? 20_000 : 120 },
  );
  console.log(outcomes);
  expect(outcomes.same).toBeGreaterThan(outcomes.fails / 2);
  expect(outcomes.jsonb).toBeGreaterThan(isDeep ? 4_000 : 20);
});

it.each([
  ["payload = json_set(payload, '$.b', payload)", '{"a":1,"b":"{\\"a\\":1}"}'],
  ["payload = json_set(payload, '$.b', json(payload))", '{"a":1,"b":{"a":1}}'],
  ["payload = json_set(payload, '$.b', payload -> '$.a')", '{"a":1,"b":1}'],
  ["payload = json_set(payload, '$.b', typeof(payload))", '{"a":1,"b":"text"}'],
  ["payload = json_set(payload, '$.b', json_valid(payload))", '{"a":1,"b":1}'],
  ["payload = json_set(payload, '$.b', length(json_remove(payload, '$.a')))", '{"a":1,"b":2}'],
  ['payload = iif(id > 0, payload, NULL)', '{"a":1}'],
])('JSON that was just made is a text to whatever is no JSON function: %s', (set, expected) => {
  const pending = ["UPDATE t SET payload = json_set('{}', '$.a', 1)", `UPDATE t SET ${set}`];
  const lens = compileLens(lineageOf([created, ...pending]), 1);
  const rows = rowsAfter(null, (sqlite) => installLens(sqlite, lens)) as unknown[][];
  expect(rows[0]?.slice(1, 3)).toEqual(['text', expected]);
});
