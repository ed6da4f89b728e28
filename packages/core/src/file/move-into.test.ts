import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { errorOf } from '../testing/error-of.ts';
import { makeTempDir } from '../testing/temp-dir.ts';
import { durableFs } from './durable-fs.ts';
import { moveInto } from './move-into.ts';

function makeFile(content: string) {
  const dir = makeTempDir();
  const [path, target] = [join(dir, 'a.db'), join(dir, 'archives')];
  writeFileSync(path, content);
  mkdirSync(target);
  return { dir, path, target };
}

it('moves a file and makes it read-only', () => {
  const { dir, path, target } = makeFile('content');
  const moved = moveInto(path, target);
  expect(moved).toBe(join(target, 'a.db'));
  expect(readFileSync(moved, 'utf8')).toBe('content');
  expect(statSync(moved).mode & 0o777).toBe(0o444);
  expect(readdirSync(dir)).toEqual(['archives']);
});

it('never takes the place of another file, even of one that appeared only now', () => {
  const { path, target } = makeFile('content');
  writeFileSync(join(target, 'a.db'), 'CONTENT');
  expect(errorOf(() => moveInto(path, target))).toMatchObject({ code: 'ARCHIVE_EXISTS', path });
  expect(readFileSync(join(target, 'a.db'), 'utf8')).toBe('CONTENT');
  expect(readFileSync(path, 'utf8')).toBe('content');
});

it.each([
  ['the same file', (path: string, target: string) => linkSync(path, target)],
  ['a copy of it', (path: string, target: string) => writeFileSync(target, readFileSync(path))],
])('finishes a move of which %s is there already', (_, begin) => {
  const { dir, path, target } = makeFile('content');
  begin(path, join(target, 'a.db'));
  moveInto(path, target);
  expect(readdirSync(dir)).toEqual(['archives']);
  expect(readFileSync(join(target, 'a.db'), 'utf8')).toBe('content');
});

it('moves where the file system knows no links, still not over another file', () => {
  const link = vi.spyOn(durableFs, 'link').mockImplementation(() => {
    throw Object.assign(new Error('no links here'), { code: 'ENOTSUP', syscall: 'link' });
  });
  const { dir, path, target } = makeFile('content');
  writeFileSync(join(target, 'a.db'), 'CONTENT');
  expect(errorOf(() => moveInto(path, target)).code).toBe('ARCHIVE_EXISTS');
  rmSync(join(target, 'a.db'));
  expect(readFileSync(moveInto(path, target), 'utf8')).toBe('content');
  expect(readdirSync(dir)).toEqual(['archives']);
  link.mockRestore();
});
