import { expect, expectTypeOf, it } from 'vitest';
import {
  createInsertRowSchema,
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
