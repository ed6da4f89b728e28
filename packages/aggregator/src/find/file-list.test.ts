import { expect, it, onTestFinished } from 'vitest';
import { FileList } from './file-list.ts';
import type { FoundFile } from './found-file.ts';

function makeFile(at: number): FoundFile {
  const path = `/fleet/${String(at).padStart(5, '0')}.db`;
  const relativePath = path.slice(7);
  return {
    path,
    relativePath,
    sizeBytes: (at * 7919) % 50,
    mtimeMs: at + 0.25,
    sidecars: [],
    isNamed: false,
  };
}

function makeList(files: readonly FoundFile[]): FileList<'odd' | 'even'> {
  const list = new FileList<'odd' | 'even'>();
  onTestFinished(() => list[Symbol.dispose]());
  for (const [at, file] of files.entries()) list.add(file, at % 2 === 0 ? 'even' : 'odd');
  return list;
}

it('gives back each file once, as it was, in order or the largest first', () => {
  const files = Array.from({ length: 3500 }, (_, at) => makeFile(at));
  files[1] = { ...makeFile(1), etag: '"e"', sidecars: ['-wal', '-shm'], isNamed: true };
  const list = makeList(files);
  expect([...list.list(['odd', 'even'])]).toEqual(files);
  expect([...list.list(['odd'])]).toEqual(files.filter((_, at) => at % 2 === 1));
  expect([...list.listLargestFirst()]).toEqual(files.toSorted((a, b) => b.sizeBytes - a.sizeBytes));
  expect(list.count(['even'])).toEqual({
    files: 1750,
    sizeBytes: files.filter((_, at) => at % 2 === 0).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  });
});

it('finds a file by its path, also one that is added later, while it is listed', () => {
  const list = makeList(Array.from({ length: 1500 }, (_, at) => makeFile(at)));
  const listed = list.list(['odd', 'even']);
  expect(listed.next().value).toEqual(makeFile(0));
  expect(list.find(makeFile(7).path)).toEqual({ file: makeFile(7), kind: 'odd' });
  expect(list.find('/fleet/none.db')).toBeUndefined();
  list.add(makeFile(2000), 'odd');
  expect(list.find(makeFile(2000).path)?.file).toEqual(makeFile(2000));
  expect([...listed]).toHaveLength(1500);
});
