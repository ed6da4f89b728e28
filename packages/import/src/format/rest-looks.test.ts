import { expect, it } from 'vitest';
import { RestLooks } from './rest-looks.ts';

const day = 86_400_000;

it('looks at all of a few rows each time, and at each of many within days', () => {
  const sizes = [30, 30, 50, 70, 500, 10, 30];
  const looked = sizes.map(() => 0);
  const run = (nowMs: number) => {
    const looks = new RestLooks({ nowMs, rows: 100 });
    return sizes.flatMap((rows, at) => {
      if (!looks.mayLook(rows, looked[at] ?? 0)) return [];
      looked[at] = nowMs;
      return [at];
    });
  };
  expect(run(2 * day)).toEqual([0, 1, 2, 3, 5, 6]);
  expect(run(2 * day + 1)).toEqual([0, 1, 4, 5, 6]);
  expect(run(2 * day + 2)).toEqual([0, 1, 5, 6]);
  expect(run(3 * day)).toEqual([0, 1, 2, 3, 5, 6]);
  expect(run(3 * day + 1)).toEqual([0, 1, 4, 5, 6]);
});
