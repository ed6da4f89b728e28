import fc from 'fast-check';

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
    '0xFFFFFFFFFFFFFFFF',
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
/** What a column of JSON holds, in every spelling that SQLite takes; now and then no JSON at all. */
export const payloads = fc.oneof(
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
/** What migrations do to JSON of the table `t`. */
export const statements = fc.oneof(
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
