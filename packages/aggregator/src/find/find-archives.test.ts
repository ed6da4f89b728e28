import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, linkSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { asNobody, makeFolder, writeArchive } from '../testing/archives.ts';
import { findArchives } from './find-archives.ts';

function found(where: string | string[]) {
  const { archives, problems } = findArchives(where);
  return {
    paths: archives.map(({ path }) => path),
    problems: problems.map(({ code, path }) => [code, path]),
  };
}

it('finds databases by their magic in folders, and sorts them by path', () => {
  const dir = makeFolder();
  const paths = ['b/2.db', 'a/deep/er/no-ending', 'a/1.txt', 'a-/x.sqlite', '.hidden/3.db'].map((name) =>
    writeArchive(join(dir, name), 1),
  );
  writeFileSync(join(dir, 'README.md'), 'text');
  writeFileSync(join(dir, 'empty'), '');
  expect(found(dir)).toEqual({ paths: paths.sort(), problems: [] });
  const sizes = findArchives(dir).archives.map(({ sizeBytes }) => sizeBytes);
  expect(sizes).toEqual(paths.map((path) => statSync(path).size));
});

it('reports a file that only its name makes a database, and a named file that is none', () => {
  const dir = makeFolder();
  for (const name of ['text.db', 'text.SQLITE', 'text.sqlite3', 'text.md'])
    writeFileSync(join(dir, name), 'text');
  writeFileSync(join(dir, 'void.db'), '');
  writeFileSync(join(dir, 'cut.db'), 'SQLite format 3\0 and no more');
  expect(found(dir)).toEqual({
    paths: [],
    problems: [
      ['FILE_CORRUPT', join(dir, 'cut.db')],
      ['FILE_NOT_A_DATABASE', join(dir, 'text.SQLITE')],
      ['FILE_NOT_A_DATABASE', join(dir, 'text.db')],
      ['FILE_NOT_A_DATABASE', join(dir, 'text.sqlite3')],
      ['FILE_EMPTY', join(dir, 'void.db')],
    ],
  });
  expect(found(join(dir, 'text.md')).problems).toEqual([['FILE_NOT_A_DATABASE', join(dir, 'text.md')]]);
  expect(found(join(dir, 'gone.db')).problems).toEqual([['FILE_NOT_FOUND', join(dir, 'gone.db')]]);
});

it('passes over what SQLite and varve put beside a database', () => {
  const dir = makeFolder();
  const path = writeArchive(join(dir, 'a.db'), 1);
  for (const suffix of ['-wal', '-shm', '-journal', '-lock']) copyFileSync(path, path + suffix);
  for (const name of ['.a.db.0123456789abcdef.upgrading', '.b.db.0123456789abcdef.sealing', 'b.db-lock'])
    copyFileSync(path, join(dir, name));
  expect(found(dir)).toEqual({ paths: [path], problems: [] });
  expect(found(join(dir, '*'))).toEqual({ paths: [path], problems: [] });
});

it('expands globs, matched folders included, unless a file has that very name', () => {
  const dir = makeFolder();
  const [a, b, c] = ['2024/a.db', '2025/deep/b.db', '[x].db'].map((name) => writeArchive(join(dir, name), 1));
  writeArchive(join(dir, 'x.db'), 1);
  expect(found(join(dir, '20*')).paths).toEqual([a, b]);
  expect(found(join(dir, '**/[ab].db')).paths).toEqual([a, b]);
  expect(found(join(dir, '[x].db')).paths).toEqual([c]);
  expect(found(join(dir, '*.none'))).toEqual({
    paths: [],
    problems: [['FILE_NOT_FOUND', join(dir, '*.none')]],
  });
});

it('names a file once, however often it is asked for', () => {
  const dir = makeFolder();
  const path = writeArchive(join(dir, 'a.db'), 1);
  expect(found([dir, path, join(dir, '*.db'), `${dir}/./`]).paths).toEqual([path]);
});

it('follows a symbolic link that is named, and none that it meets', () => {
  const [dir, outside] = [makeFolder(), makeFolder()];
  const path = writeArchive(join(dir, 'a.db'), 1);
  writeArchive(join(outside, 'b.db'), 1);
  mkdirSync(join(dir, 'sub'));
  symlinkSync(dir, join(dir, 'sub', 'loop'));
  symlinkSync(outside, join(dir, 'elsewhere'));
  symlinkSync(join(outside, 'b.db'), join(dir, 'b.db'));
  symlinkSync(join(dir, 'self'), join(dir, 'self'));
  expect(found(dir)).toEqual({ paths: [path], problems: [] });
  expect(found(join(dir, '**/*.db')).paths).toEqual([path]);
  expect(found(join(dir, 'elsewhere')).paths).toEqual([join(dir, 'elsewhere', 'b.db')]);
  expect(found(join(dir, 'b.db')).paths).toEqual([join(dir, 'b.db')]);
  expect(found(join(dir, 'self')).problems).toEqual([['FILE_UNREADABLE', join(dir, 'self')]]);
});

it.skipIf(process.platform === 'win32')('never opens what is no file', () => {
  const dir = makeFolder();
  execFileSync('mkfifo', [join(dir, 'pipe.db')]);
  expect(found(dir)).toEqual({ paths: [], problems: [] });
  expect(found(join(dir, 'pipe.db')).problems).toEqual([['FILE_NOT_A_DATABASE', join(dir, 'pipe.db')]]);
});

it('counts a file with two names twice', () => {
  const dir = makeFolder();
  linkSync(writeArchive(join(dir, 'a.db'), 1), join(dir, 'b.db'));
  expect(found(dir).paths).toEqual([join(dir, 'a.db'), join(dir, 'b.db')]);
});

it.skipIf(process.platform === 'win32')('reports what it may not read, and finds the rest', async () => {
  const dir = makeFolder();
  const [open, closed] = ['open.db', 'closed'].map((name) => writeArchive(join(dir, name), 1));
  const folder = join(dir, 'folder');
  mkdirSync(folder);
  chmodSync(dir, 0o755);
  for (const path of [closed, folder]) chmodSync(path as string, 0);
  const problems = [
    ['FILE_UNREADABLE', folder],
    ['FILE_UNREADABLE', closed],
  ];
  await asNobody(() => {
    expect(found(dir)).toEqual({ paths: [open], problems });
    expect(found(join(dir, '**'))).toEqual({ paths: [open], problems });
    const within = join(folder, 'x.db');
    expect(found(within)).toEqual({ paths: [], problems: [['FILE_UNREADABLE', within]] });
  });
});
