import { expect, it } from 'vitest';
import { IdSet } from './id-set.ts';

it('holds each id once, however large', () => {
  const ids = new IdSet();
  const added = [1, 7, 8, 9, 8191, 8192, 1_000_000, 7];
  for (const id of added) ids.add(id);
  expect(ids.size).toBe(new Set(added).size);
  const asked = [0, 1, 2, 7, 8, 9, 10, 8191, 8192, 999_999, 1_000_000, 50_000_000];
  expect(asked.filter((id) => ids.has(id))).toEqual([...new Set(added)]);
});
