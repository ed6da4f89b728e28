import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve } from '../testing/run-varve.ts';

it('builds a unified view, then brings it up to date', async () => {
  const { dir, addArchive } = makeWorkplace();
  addArchive('a.db', 1, 'search');
  const unify = () => runVarve(dir, 'unify', 'archives', '--into', 'unified.db');
  const first = await unify();
  addArchive('b.db', 2, 'read', 'grep');
  const second = await unify();
  expect(first).toMatchObject({ exitCode: 0, stderr: '' });
  expect(first.stdout).toMatch(/^unified\.db: 1 added; \d+\.\d s; \d+ archives\/s\n/);
  expect(second.stdout).toMatch(/^unified\.db: 1 added, 1 unchanged; /);
  expect(second.stdout.split('\n').slice(1)).toEqual([
    'version  archives  rows',
    '      1         1     1',
    '      2         1     2',
    '',
  ]);
});

it('reads on as many processes as it is told', async () => {
  const { dir, addArchive } = makeWorkplace();
  for (let at = 0; at < 25; at++) addArchive(`${at}.db`, 1 + (at % 2), 'search');
  const args = ['unify', 'archives', '--into', 'unified.db', '--json', '--jobs'];
  expect((await runVarve(dir, ...args, 'none')).stderr).toMatch(/^error\[USAGE\]: .*--jobs/);
  const { exitCode, stdout } = await runVarve(dir, ...args, '2');
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    added: 25,
    versions: [
      { version: 1, archives: 13, rows: 13 },
      { version: 2, archives: 12, rows: 12 },
    ],
  });
});

it('unifies, asks and upgrades the archives of the configuration where none are named', async () => {
  const { dir, addArchive, addFile } = makeWorkplace();
  addArchive('a.db', 1, 'search');
  addFile(
    'varve.config.mjs',
    "export default { migrations: './drizzle', name: 'calls', archives: './archives' };",
  );
  const unified = await runVarve(dir, 'unify', '--into', 'unified.db', '--json');
  expect(JSON.parse(unified.stdout)).toMatchObject({
    added: 1,
    versions: [{ version: 1, archives: 1, rows: 1 }],
  });
  expect(await runVarve(dir, 'query', 'SELECT tool FROM calls', '--csv')).toMatchObject({
    stdout: 'tool\nsearch\n',
  });
  const { stdout } = await runVarve(dir, 'upgrade', '--dry-run', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ upgraded: 1 });
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

it('counts as added what the view holds, not what was left out', async () => {
  const { dir, addArchive, addFile } = makeWorkplace();
  addArchive('a.db', 1, 'search');
  for (const name of ['b', 'c']) addFile(`archives/${name}.db`, 'no database');
  const unify = () => runVarve(dir, 'unify', 'archives', '--into', 'unified.db');
  expect((await unify()).stdout).toMatch(/^unified\.db: 1 added, 2 left out; /);
  addFile('archives/b.db', 'still no database');
  expect((await unify()).stdout).toMatch(
    /^unified\.db: 1 unchanged, 2 left out; |^unified\.db: 2 unchanged, 2/,
  );
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
