import { expect, it } from 'vitest';
import { renderJson } from './render-json.ts';
import { type RowsOptions, renderRows } from './render-rows.ts';

function render(columns: readonly string[], rows: readonly unknown[][], options: RowsOptions = {}): string {
  const iterate = function* () {
    yield* rows;
  };
  return [...renderRows({ columns, iterate }, options)].join('');
}

it('aligns numbers to the right and leaves NULL empty', () => {
  const rows = [
    ['search', 12n, 1.5],
    ['read', 7n, null],
  ];
  expect(render(['tool', 'calls', 'ms'], rows)).toBe(
    ['tool    calls  ms', 'search     12  1.5', 'read        7', ''].join('\n'),
  );
});

it('keeps a row on its line, and what an archive holds from steering the terminal', () => {
  const rows = [['a\nb\u001b[2J\u009b31m\u007f', Buffer.from([0, 255])]];
  expect(render(['text', 'bytes'], rows).split('\n')[1]).toBe(
    'a\\nb\\x1b[2J\\x9b31m\\x7f  (blob of 2 bytes)',
  );
});

it('goes on in the same columns where there are more rows than it looks at first', () => {
  const rows = Array.from({ length: 1002 }, (_, at) => [`call ${at}`, BigInt(at)]);
  const lines = render(['name', 'n'], [...rows, ['a longer name', null]]).split('\n');
  expect(lines.slice(1000)).toEqual([
    'call 999  999',
    'call 1000  1000',
    'call 1001  1001',
    'a longer name',
    '',
  ]);
});

it('prints JSON row by row as it would print the whole', () => {
  const rows = [
    [1n, 'a\nb'],
    [null, Buffer.from('x')],
    [Number.POSITIVE_INFINITY, 0.1],
  ];
  expect(render(['n', 'it'], rows, { json: true })).toBe(
    `${renderJson([
      { n: 1n, it: 'a\nb' },
      { n: null, it: Buffer.from('x') },
      { n: Number.POSITIVE_INFINITY, it: 0.1 },
    ])}\n`,
  );
  expect(render(['n'], [], { json: true })).toBe('[]\n');
});

it('shows what is longer than a page of memory, escaped to its end, and measures no column by it', () => {
  const long = '\u001b\u202e'.repeat(1_000_000);
  const shown = '\\x1b\\u202e'.repeat(1_000_000);
  const rows = [
    ['a', 1n],
    [long, 2n],
  ];
  expect(render(['text', 'n'], rows).split('\n').slice(1)).toEqual([
    expect.stringMatching(/^a +1$/),
    `${shown}  2`,
    '',
  ]);
  expect(render(['text'], [[long]], { json: true })).not.toContain('\u202e');
});
