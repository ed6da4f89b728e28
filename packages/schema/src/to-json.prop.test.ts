import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findJsonProblem } from './json-problem.ts';
import { toJson } from './to-json.ts';

it('is what JSON.stringify makes of any value that it can take', () => {
  const anything = fc.anything({
    withDate: true,
    withMap: true,
    withSet: true,
    withBoxedValues: true,
    withNullPrototype: true,
  });
  fc.assert(
    fc.property(anything, (value) => {
      const text = JSON.stringify(value);
      expect(JSON.stringify(toJson(value))).toBe(text === undefined ? 'null' : text);
    }),
  );
});

it('makes JSON of whatever it is given', () => {
  const anything = fc.anything({
    withBigInt: true,
    withTypedArray: true,
    withSparseArray: true,
    withDate: true,
  });
  fc.assert(
    fc.property(anything, (value) => {
      expect(findJsonProblem(toJson(value))).toBeUndefined();
    }),
  );
});
