import { type AnySQLiteColumn, integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, expectTypeOf, it } from 'vitest';
import {
  createInsertRowSchema,
  createUpdateRowSchema,
  type Decision,
  sessionInsertSchema,
  type ToolCall,
  toolCallInsertSchema,
  toolCallSelectSchema,
  toolCalls,
} from './index.ts';

const call = { seq: 1, sessionId: 's', toolName: 'ls', status: 'ok' as const };

it('accepts a row that fits and fills nothing in', () => {
  expect(toolCallInsertSchema.parse({ ...call, arguments: { path: '.' }, result: [1, null] })).toEqual({
    ...call,
    arguments: { path: '.' },
    result: [1, null],
  });
});

it.each([
  ['a JSON value of another shape', { metadata: ['not', 'a', 'record'] }, 'metadata'],
  ['a value that JSON cannot hold', { result: { at: new Date(0), deep: [undefined] } }, 'result'],
  ['a word outside the enum', { status: 'maybe' }, 'status'],
  ['a number in a text column', { toolName: 7 }, 'toolName'],
])('refuses %s, naming the column', (_title, part, column) => {
  const result = toolCallInsertSchema.safeParse({ ...call, ...part });
  expect(result.error?.issues[0]?.path[0]).toBe(column);
});

it('refuses a key that is no column', () => {
  expect(toolCallInsertSchema.safeParse({ ...call, toolname: 'x' }).success).toBe(false);
  expect(sessionInsertSchema.safeParse({ agentName: 'a' }).success).toBe(true);
});

it('has the types of the tables', () => {
  const read = toolCallSelectSchema.safeParse({});
  expectTypeOf(read.data).toEqualTypeOf<ToolCall | undefined>();
  expectTypeOf<ToolCall['metadata']>().toExtend<Record<string, unknown> | null>();
  expectTypeOf<NonNullable<Decision['alternatives']>[number]>().toEqualTypeOf<{
    summary: string;
    rejectedBecause?: string | undefined;
  }>();
  expectTypeOf(createInsertRowSchema(toolCalls).parse).returns.toEqualTypeOf<typeof toolCalls.$inferInsert>();
});

const measures = sqliteTable('measures', {
  id: integer('id').primaryKey(),
  parentId: integer('parent_id').references((): AnySQLiteColumn => measures.id),
  atMs: integer('at_ms'),
  value: real('value'),
  name: text('name', { length: 3 }),
});

it.each([0.1, 1.4e14, 1.7e15, -2e14, 1e21, Number.MAX_VALUE])('takes %d in a real column', (value) => {
  expect(createInsertRowSchema(measures).parse({ value })).toEqual({ value });
});

it('rounds the fractions of a clock, and no key', () => {
  expect(createInsertRowSchema(measures).parse({ atMs: 12.6 })).toEqual({ atMs: 13 });
  const refused = [
    { id: 1.5 },
    { parentId: 1.5 },
    { atMs: 2 ** 60 },
    { atMs: Number.NaN },
    { value: Infinity },
  ];
  for (const row of refused) expect(createInsertRowSchema(measures).safeParse(row).success).toBe(false);
});

it('refuses text that SQLite would give back as another', () => {
  const schema = createInsertRowSchema(measures);
  expect(schema.safeParse({ name: 'a\ud83d' }).error?.issues[0]?.path).toEqual(['name']);
  expect(schema.safeParse({ name: 'long' }).success).toBe(false);
  expect(schema.parse({ name: '👋' })).toEqual({ name: '👋' });
});

it('lets any part of a row be changed', () => {
  expect(createUpdateRowSchema(toolCalls).parse({ status: 'ok' })).toEqual({ status: 'ok' });
  expect(createUpdateRowSchema(toolCalls).safeParse({ status: null }).success).toBe(false);
});
