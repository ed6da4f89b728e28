import { afterEach, expect, it } from 'vitest';
import { parseShard } from './parse-shard.ts';
import { readSelection } from './selection-options.ts';

afterEach(() => {
  delete process.env.JOB_COMPLETION_INDEX;
  delete process.env.JOB_COMPLETIONS;
});

it('takes the part of an Indexed Job, which counts from 0, where none is named', () => {
  expect(readSelection({})).toEqual({});
  process.env.JOB_COMPLETION_INDEX = '3';
  expect(readSelection({})).toEqual({});
  expect(parseShard('/8')).toEqual({ index: 4, count: 8 });
  process.env.JOB_COMPLETIONS = '8';
  expect(readSelection({})).toEqual({ shard: { index: 4, count: 8 } });
  expect(readSelection({ shard: { index: 1, count: 2 }, sample: 0.01 })).toEqual({
    shard: { index: 1, count: 2 },
    sample: 0.01,
  });
});

it.each(['0/2', '3/2', '/2', 'x/2', '2', '1/0'])('refuses %s', (text) => {
  expect(() => parseShard(text)).toThrow('give a part');
});
