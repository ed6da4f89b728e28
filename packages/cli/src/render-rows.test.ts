import { expect, it } from 'vitest';
import { renderRows } from './render-rows.ts';

it('aligns numbers to the right and leaves NULL empty', () => {
  const rows = [
    ['search', 12n, 1.5],
    ['read', 7n, null],
  ];
  expect(renderRows({ columns: ['tool', 'calls', 'ms'], rows })).toBe(
    ['tool    calls  ms', 'search     12  1.5', 'read        7'].join('\n'),
  );
});

it('keeps a row on its line, and what an archive holds from steering the terminal', () => {
  const rows = [['a\nb\u001b[2J\u009b31m\u007f', Buffer.from([0, 255])]];
  expect(renderRows({ columns: ['text', 'bytes'], rows }).split('\n')[1]).toBe(
    'a\\nb\\x1b[2J\\x9b31m\\x7f  (blob of 2 bytes)',
  );
});
