import { expect, it } from 'vitest';
import { z } from 'zod';
import { findNarrowing } from './narrowing.ts';

const narrowing = (was: z.ZodType, is: z.ZodType) =>
  findNarrowing(z.toJSONSchema(was, { io: 'input' }), z.toJSONSchema(is, { io: 'input' }));

const note = z.object({ kind: z.enum(['a', 'b']), count: z.number().optional(), tags: z.array(z.string()) });

it.each([
  ['the same', note],
  ['another word in an enum', note.extend({ kind: z.enum(['a', 'b', 'c']) })],
  ['a new field that may be missing', note.extend({ more: z.string().optional() })],
  ['a new field with a default', note.extend({ more: z.string().default('') })],
  ['a field that need not be there any more', note.extend({ tags: z.array(z.string()).optional() })],
  ['a field of any type', note.extend({ kind: z.unknown() })],
  ['a field that is not looked at any more', note.omit({ count: true })],
  ['null as well', note.nullable()],
  ['a description', note.describe('what a note is')],
])('finds nothing that an old value may break in %s', (_, is) => expect(narrowing(note, is)).toBeUndefined());

it.each([
  ['a word less', note.extend({ kind: z.enum(['a', 'c']) }), 'kind no longer takes "b"'],
  [
    'a text that is an enum now',
    note.extend({ tags: z.array(z.enum(['x'])) }),
    'tags[] no longer takes anything but "x"',
  ],
  ['another type', note.extend({ tags: z.string() }), 'tags is string only'],
  ['an integer', note.extend({ count: z.int().optional() }), 'count is integer only'],
  ['a field that must be there', note.extend({ count: z.number() }), 'count is required'],
  ['a new field that must be there', note.extend({ more: z.string() }), 'more is required'],
  ['a limit', note.extend({ tags: z.array(z.string().max(3)) }), 'tags[] has another maxLength'],
  ['a pattern', note.extend({ tags: z.array(z.string().regex(/x/)) }), 'tags[] has another pattern'],
  ['no other fields', note.strict(), '* is not taken any more'],
  ['a field less, and no others', note.omit({ count: true }).strict(), 'count is not taken any more'],
])('names %s', (_, is, expected) => expect(narrowing(note, is)).toBe(expected));

it('goes through the branches of a union', () => {
  const [a, b, c] = [z.literal('a'), z.literal('b'), z.literal('c')].map((kind) => z.object({ kind }));
  if (!a || !b || !c) throw new Error('three');
  expect(narrowing(z.union([a, b]), z.union([c, b, a]))).toBeUndefined();
  expect(narrowing(z.union([a, b]), z.union([a, c]))).toBe('takes less than it did');
});
