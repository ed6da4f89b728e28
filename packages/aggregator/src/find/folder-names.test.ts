import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder } from '../testing/archives.ts';
import { FolderNames } from './folder-names.ts';

it.each([
  ['in memory', 1000],
  ['on the disk, where there are many', 3],
])('sorts the names of a folder as paths are sorted, %s', (_, most) => {
  const dir = makeFolder();
  mkdirSync(join(dir, 'a'));
  for (const name of ['a.db', 'a.db-wal', 'b', 'a-', 'z', 'A']) writeFileSync(join(dir, name), '');
  symlinkSync(join(dir, 'b'), join(dir, 'link'));
  using names = FolderNames.read(dir, most);
  expect([...names]).toEqual(['A', 'a-', 'a.db', 'a.db-wal', 'a/', 'b', 'z']);
  expect(names.sidecars).toEqual(['a.db-wal']);
  expect([names.has('a.db'), names.has('a/'), names.has('link')]).toEqual([true, true, false]);
});
