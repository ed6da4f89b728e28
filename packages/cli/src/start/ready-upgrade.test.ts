import { expect, it } from 'vitest';
import { countAhead } from './ready-upgrade.ts';

it('makes two workers ready, or one on one core', () => {
  expect([countAhead(['upgrade', 'archives'], 8), countAhead(['upgrade'], 1)]).toEqual([2, 1]);
});

it('makes no more ready than are asked for', () => {
  const count = (...args: string[]) => countAhead(['upgrade', ...args], 8);
  expect([count('--jobs', '1', 'archives'), count('archives', '--jobs=1')]).toEqual([1, 1]);
  expect([count('--jobs', '1', '--jobs', '4'), count('--jobs', '7')]).toEqual([2, 2]);
});

it('leaves it to the command to say that a number makes no sense', () => {
  const count = (...args: string[]) => countAhead(['upgrade', ...args], 8);
  expect([count('--jobs'), count('--jobs', 'many'), count('--jobs=0'), count('--jobs=')]).toEqual([
    2, 2, 2, 2,
  ]);
});
