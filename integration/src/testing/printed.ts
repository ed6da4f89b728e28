/** What the program of `drizzle-045` prints. */
export const printedByProgram = {
  result: ['a', 'b'],
  calls: [['search', ['a', 'b']]],
  colours: [{ name: 'urgent', colour: 'red' }],
  version: 2,
  strategy: 'lens',
  unified: [['search', ['a', 'b']]],
  upgraded: 1,
  failed: [],
};

/** What the program of `drizzle-1` prints. */
export const printedUnderNext = {
  calls: [
    ['list', { page: 1 }, ['a'], []],
    ['search', null, { hits: 1 }, [['x', true, 7]]],
  ],
  unified: [
    [
      'first',
      [
        [true, 'first', []],
        [true, 'first', ['of first']],
      ],
    ],
    ['older', []],
    [
      'second',
      [
        [true, 'second', []],
        [true, 'second', ['of second']],
      ],
    ],
  ],
  found: [
    [4, 'of first', true, 7],
    [4, 'of second', true, 7],
    [3, 'old', false, 5],
  ],
  upgraded: 1,
  failed: [],
};
