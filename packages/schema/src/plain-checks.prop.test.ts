import { getTableColumns, is } from 'drizzle-orm';
import { blob, integer, numeric, real, SQLiteTable, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createUpdateRowSchema, json, jsonRecord, standardTables } from './index.ts';
import { plainChecks } from './plain-checks.ts';

const every = sqliteTable('every', {
  id: integer('id').primaryKey(),
  at: integer('at', { mode: 'timestamp_ms' }),
  isOn: integer('is_on', { mode: 'boolean' }),
  size: real('size'),
  amount: numeric('amount'),
  big: blob('big', { mode: 'bigint' }),
  bytes: blob('bytes', { mode: 'buffer' }),
  list: text('list', { mode: 'json' }),
  kind: text('kind', { enum: ['a', 'b'] }),
  short: text('short', { length: 3 }),
  free: text('free'),
  own: json('own', z.object({ name: z.string().trim() })),
  any: json('any', jsonRecord),
});

const tables = Object.entries<unknown>({ ...standardTables, every }).flatMap(([name, table]) =>
  is(table, SQLiteTable) ? [[name, table] as const] : [],
);
const places = tables.flatMap(([name, table]) =>
  Object.keys(getTableColumns(table)).map((key) => [name, table, key] as const),
);
const odd = fc.constantFrom(
  'a',
  'ok',
  'half \ud83d',
  -0,
  1.5,
  2 ** 60,
  Number.NaN,
  Infinity,
  7n,
  true,
  new Date(0),
);
const values = fc.oneof(odd, fc.anything({ withDate: true, withBigInt: true }), fc.jsonValue(), fc.string());

it('takes no value that the schema of its column would not take as it is', () => {
  const arbitrary = fc.tuple(fc.constantFrom(...places), values);
  fc.assert(
    fc.property(arbitrary, ([[, table, key], value]) => {
      if (value === null || !plainChecks(table).get(key)?.(value)) return;
      expect(createUpdateRowSchema(table).parse({ [key]: value })).toEqual({ [key]: value });
    }),
    { numRuns: 2000 },
  );
});

it('knows the columns of the standard tables', () => {
  const unknown = tables.flatMap(([name, table]) => {
    if (name === 'every') return [];
    const checks = plainChecks(table);
    return Object.keys(getTableColumns(table)).filter((key) => !checks.has(key));
  });
  expect(unknown).toEqual(['alternatives', 'blob']);
});
