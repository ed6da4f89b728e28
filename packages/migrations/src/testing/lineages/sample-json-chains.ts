import fc from 'fast-check';

const anywhere = fc.constantFrom(
  ...["'$.a'", "'$.b'", "'$.v'", "'$.args'", "'$.a.b'", "'$.a.c'", "'$.args.a'", "'$.v.new.deep'"],
  ...["'$[0]'", "'$[0].a'", "'$[#-1].a'", "'$[#]'", "'$'", '\'$."a b"\'', "'$.é'", 'kind', 'NULL'],
);
// Most changes are made where most reads are not.
const paths = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("'$.v'", "'$.b'", "'$.a.c'", "'$.args.new'") },
  { weight: 1, arbitrary: anywhere },
);
const readPaths = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("'$.a.b'", "'$.args.a'", "'$.args[0]'", "'$.k'") },
  { weight: 1, arbitrary: anywhere },
);
const read = fc.oneof(
  readPaths.map((path) => `json_extract(payload, ${path})`),
  readPaths.map((path) => `payload -> ${path}`),
  fc.constantFrom("payload ->> 'a'", "payload -> 'args'", "json_type(payload, '$.v')", 'json_type(payload)'),
  fc.constantFrom("json_array_length(payload, '$.args')", "coalesce(payload ->> '$.b', n)"),
);
const values = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '1',
      '-0.5',
      'NULL',
      "'text'",
      `json('{"t":[1, 2]}')`,
      'kind',
      'n',
      "n || 'x'",
      "x'00'",
    ),
  },
  { weight: 3, arbitrary: read },
  fc.constantFrom('payload IS NULL', 'json(payload)', 'payload'),
);
const step = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('set', 'set', 'insert', 'replace'),
      fc.array(fc.tuple(paths, values), { minLength: 1, maxLength: 2 }),
    )
    .map(
      ([how, pairs]) =>
        (json: string) =>
          `json_${how}(${[json, ...pairs.flat()].join(', ')})`,
    ),
  fc
    .array(paths, { minLength: 1, maxLength: 2 })
    .map((all) => (json: string) => `json_remove(${[json, ...all].join(', ')})`),
  fc.constantFrom(
    (json: string) => `json(${json})`,
    (json: string) => `JSON_SET((${json}), '$.b', 2)`,
    (json: string) => `json_patch(${json}, '{"b":null,"c":{"d":1}}')`,
  ),
);
const chain = fc
  .tuple(
    fc.constantFrom('payload', 'payload', 'payload', 'payload', 't.payload', '(payload)', 'other'),
    fc.array(step, { minLength: 1, maxLength: 3 }),
  )
  .map(([json, steps]) => steps.reduce<string>((inner, next) => next(inner), json));

const conditions = fc.constantFrom(
  ...['', ' payload IS NOT NULL', ' payload NOTNULL', ' json_valid(payload)', " kind = '$.args'"],
  ...[
    " json_valid(payload) AND kind <> 'y'",
    " payload ->> '$.k' IS NULL",
    " kind = 'x'",
    ' payload IS NULL',
  ],
  ...[" json_type(payload, '$.v') = 'integer'", ' NOT json_valid(payload)', ' json_valid(other) AND n'],
);
const statement = (condition: string) =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: chain.map((json) => `UPDATE t SET payload = ${json}${condition && ` WHERE${condition}`}`),
    },
    {
      weight: 1,
      arbitrary: chain.map(
        (json) => `UPDATE t SET payload = CASE WHEN${condition || ' n > 1'} THEN ${json} ELSE payload END`,
      ),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('n', 'other'), fc.oneof(read, chain))
        .map(([column, sql]) => `UPDATE t SET ${column} = ${sql}${condition && ` WHERE${condition}`}`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(read, chain)
        .map(
          ([sql, json]) =>
            `UPDATE t SET other = ${sql}, payload = ${json}${condition && ` WHERE${condition}`}`,
        ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "UPDATE t SET kind = 'y' WHERE n = 1",
        'ALTER TABLE t ADD COLUMN extra INTEGER DEFAULT 1',
        'CREATE INDEX t_kind ON t (kind)',
      ),
    },
  );

/** Updates of the table `t` of which most change the same JSON, most often under the same condition. */
export const chainedUpdates = conditions.chain((same) =>
  fc.array(
    fc.oneof(
      { weight: 6, arbitrary: statement(same) },
      { weight: 1, arbitrary: conditions.chain((other) => statement(other)) },
    ),
    { minLength: 2, maxLength: 4 },
  ),
);
