import { expect, it } from 'vitest';
import { mergeSorted } from './merge-sorted.ts';

function source(from: string, ...files: [path: string, by: number][]) {
  return { from, files: files.map(([path, by]) => ({ path, by })) };
}

it('gives all paths in order, each once, as the last that has it', () => {
  const merged = mergeSorted([
    source('', ['b', 0], ['d', 0]),
    source('a', ['a', 1], ['b', 1], ['e', 1]),
    source('b', ['b', 2]),
    source('z'),
  ]);
  expect([...merged].map(({ path, by }) => path + by)).toEqual(['a1', 'b2', 'd0', 'e1']);
});

it('begins a source no sooner than its turn comes, and ends what it has begun', () => {
  const log: string[] = [];
  const noted = (name: string) => ({
    from: name,
    files: {
      *[Symbol.iterator]() {
        log.push(`begin ${name}`);
        try {
          for (const at of [1, 2, 3]) yield { path: `${name}${at}` };
        } finally {
          log.push(`end ${name}`);
        }
      },
    },
  });
  for (const { path } of mergeSorted([noted('c'), noted('a'), noted('b')])) {
    log.push(path);
    if (path === 'b1') break;
  }
  expect(log).toEqual(['begin a', 'a1', 'a2', 'end a', 'begin b', 'a3', 'b1', 'end b']);
});
