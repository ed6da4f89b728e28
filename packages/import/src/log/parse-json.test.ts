import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseOrUndefined } from './parse-json.ts';

it.each([
  ['{"a":NaN,"b":[-Infinity,Infinity, NaN ]}', { a: null, b: [null, null, null] }],
  ['{"NaN":"NaN","a":"Infinity \\" NaN \\\\","b":NaN}', { NaN: 'NaN', a: 'Infinity " NaN \\', b: null }],
  ['NaN', null],
  ['{"a":NaN', undefined],
  ['{"a":xNaN}', undefined],
  ['{"a":"NaN}', undefined],
  ['{"a":nan}', undefined],
])('reads %s', (text, value) => {
  expect(parseOrUndefined(text)).toEqual(value);
});

it('reads what Python writes of any value as that value, numbers without a word for them as null', () => {
  const odd = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
  const text = fc.constantFrom('NaN', '"', '\\', '-Infinity', '\\"NaN', 'a');
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      odd,
      text,
      fc.integer(),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(text, tie('tree'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      expect(parseOrUndefined(inPython(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

function inPython(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inPython).join(', ')}]`;
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value).map(([name, it]) => `${JSON.stringify(name)}: ${inPython(it)}`)}}`;
}
