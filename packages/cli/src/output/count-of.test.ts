import { expect, it } from 'vitest';
import { countOf } from './count-of.ts';

it('names one by the word for one', () => {
  expect([0, 1, 2].map((count) => countOf(count, 'record'))).toEqual(['0 records', '1 record', '2 records']);
  expect(countOf(1n, 'row')).toBe('1 row');
});
