import { openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { withFile } from './read-file.ts';
import { readLines } from './read-lines.ts';

function linesOf(text: string, longest?: number) {
  const path = join(makeTestFolder(), 'log');
  writeFileSync(path, text);
  let read = 0;
  const onChunk = (chunk: Buffer) => {
    read += chunk.length;
  };
  const lines = withFile(openSync(path, 'r'), (file) =>
    [...readLines(file, { onChunk, ...(longest !== undefined && { longest }) })].map((line) => {
      const { number, end, isTooLong, isWhole } = line;
      return [number, isTooLong ? 'too long' : line.bytes.length, end, isWhole] as const;
    }),
  );
  expect(read).toBe(Buffer.byteLength(text));
  return lines;
}

it('gives no bytes of a line that is too long, and all others', () => {
  const mega = 1 << 20;
  const [short, long, longer] = ['a'.repeat(9), 'b'.repeat(11), 'c'.repeat(3 * mega + 5)];
  expect(linesOf(`${short}\r\n\n${long}\n${longer}\n${short}\n`, 10)).toEqual([
    [1, 9, 11, true],
    [3, 'too long', 24, true],
    [4, 'too long', 25 + longer.length, true],
    [5, 9, 35 + longer.length, true],
  ]);
  expect(linesOf(`${short}\n${longer}`, 10)).toEqual([
    [1, 9, 10, true],
    [2, 'too long', 10 + longer.length, false],
  ]);
  expect(linesOf(`${longer}\n${longer}`)).toEqual([
    [1, longer.length, longer.length + 1, true],
    [2, longer.length, 2 * longer.length + 1, false],
  ]);
});
