import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve } from '../testing/run-varve.ts';

it('builds a unified view, then brings it up to date', async () => {
  const { dir, addArchive } = makeWorkplace();
  addArchive('a.db', 1, 'search');
  const unify = () => runVarve(dir, 'unify', 'archives', '--into', 'unified.db');
  expect(await unify()).toEqual({ exitCode: 0, stdout: 'unified.db: 1 added\n', stderr: '' });
  addArchive('b.db', 2, 'read');
  expect(await unify()).toEqual({ exitCode: 0, stdout: 'unified.db: 1 added, 1 unchanged\n', stderr: '' });
});

it('exits with 1 and names what the view lacks', async () => {
  const { dir, addArchive, addFile } = makeWorkplace();
  addArchive('a.db', 1, 'search');
  addFile('archives/bad.db', '');
  const { exitCode, stdout, stderr } = await runVarve(
    dir,
    'unify',
    'archives',
    '--into',
    'unified.db',
    '--json',
  );
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ problems: [{ code: 'FILE_EMPTY' }] });
  expect(stderr).toMatch(/^error\[FILE_EMPTY\]: .*bad\.db: /);
});

it('overwrites no file that is something else', async () => {
  const { dir, addArchive, addFile } = makeWorkplace();
  addArchive('a.db', 1, 'search');
  const notes = addFile('notes.txt', 'precious');
  const archive = addArchive('b.db', 1, 'read');
  const before = readFileSync(archive);
  for (const into of [notes, archive]) {
    const { exitCode, stdout, stderr } = await runVarve(dir, 'unify', 'archives', '--into', into);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^error\[UNIFIED_FOREIGN\]: /);
  }
  expect(readFileSync(notes, 'utf8')).toBe('precious');
  expect(readFileSync(join(dir, 'archives', 'b.db')).equals(before)).toBe(true);
});
