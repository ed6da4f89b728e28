import { standardTables } from '@varve/schema';
import Database from 'better-sqlite3';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { blob, integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, it } from 'vitest';
import { errorOf } from '../testing/error-of.ts';
import { rowEncoderOf } from './row-encoder.ts';

const things = sqliteTable('things', {
  id: integer('id').primaryKey(),
  at: integer('made_at', { mode: 'timestamp_ms' }),
  isOn: integer('is_on', { mode: 'boolean' }).notNull().default(true),
  size: real('size').default(1.5),
  big: blob('big', { mode: 'bigint' }),
  bytes: blob('bytes', { mode: 'buffer' }),
  list: text('list', { mode: 'json' }).$type<number[]>(),
  kind: text('kind', { enum: ['a', 'b'] }).$defaultFn(() => 'b'),
  stamp: text('stamp').default(sql`(upper('now'))`),
  touched: integer('touched').$onUpdateFn(() => 42),
});
const createThings = `CREATE TABLE things (id integer PRIMARY KEY, made_at integer, is_on integer NOT NULL DEFAULT 1,
  size real DEFAULT 1.5, big blob, bytes blob, list text, kind text, stamp text DEFAULT (upper('now')), touched integer)`;

it.each([
  ['nothing but defaults', {}],
  [
    'every mode of column',
    { at: new Date(5), isOn: false, size: 2, big: 12n, bytes: Buffer.from('x'), list: [1] },
  ],
  ['nulls in place of defaults', { size: null, kind: null, stamp: null, touched: null }],
  ['a value in place of an expression', { stamp: 'then', kind: 'a' as const, id: 9 }],
])('writes what Drizzle writes: %s', (_, row) => {
  const sqlite = new Database(':memory:');
  sqlite.exec(createThings);
  const read = () => sqlite.prepare('SELECT *, typeof(made_at), typeof(list) FROM things').all();
  drizzle(sqlite).insert(things).values(row).run();
  const byDrizzle = read();
  sqlite.exec('DELETE FROM things');
  const encoded = rowEncoderOf(things).encode(row);
  sqlite.prepare(encoded.sql).run(encoded.values);
  expect(read()).toEqual(byDrizzle);
});

it('makes one statement for rows of the same columns', () => {
  const encoder = rowEncoderOf(things);
  expect(encoder.encode({ id: 1 }).sql).toBe(encoder.encode({ size: 3 }).sql);
  expect(encoder.encode({ stamp: 'x' }).sql).not.toBe(encoder.encode({}).sql);
});

it.each([
  [{ toolName: 7, status: 'ok' }, 'tool_calls.tool_name', 'tool_name', []],
  [{ toolName: 'x', status: 'fine' }, 'tool_calls.status', 'status', []],
  [{ toolName: 'x', status: 'ok', nonsense: 'secret' }, 'tool_calls', undefined, []],
  [
    { toolName: 'x', status: 'ok', arguments: { a: [1n] } },
    'tool_calls.arguments.a[0]',
    'arguments',
    ['a', '0'],
  ],
  [{ toolName: 'x', status: 'ok', metadata: 'secret' }, 'tool_calls.metadata', 'metadata', []],
  [
    { toolName: 'x', status: 'ok', result: { items: [1, { at: undefined }] } },
    'tool_calls.result.items[1].at',
    'result',
    ['items', '1', 'at'],
  ],
  [{ toolName: 'half \ud83d', status: 'ok' }, 'tool_calls.tool_name', 'tool_name', []],
])(
  'names table, column and the path inside the value for %#, and not the value',
  (row, where, column, path) => {
    const place = { seq: 1, sessionId: 's' };
    const error = errorOf(() => rowEncoderOf(standardTables.toolCalls).encode(row, place));
    expect(error).toMatchObject({ code: 'ROW_INVALID', details: { table: 'tool_calls', column, path } });
    expect(error.message.startsWith(`${where}: `)).toBe(true);
    expect(JSON.stringify(error)).not.toContain('secret');
  },
);

it('names the place deep inside a JSON value', () => {
  const row = { summary: 'x', alternatives: [{ summary: 'a' }, { summary: 2 }] };
  const encode = () => rowEncoderOf(standardTables.decisions).encode(row, { seq: 1, sessionId: 's' });
  expect(errorOf(encode).message).toMatch(/^decisions\.alternatives\[1\]\.summary: /);
});
