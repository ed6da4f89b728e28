import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve } from '../testing/run-varve.ts';

it('counts archives by version', async () => {
  const { dir, addArchive } = makeWorkplace();
  for (const [name, version] of [
    ['a.db', 1],
    ['b.db', 1],
    ['c.db', 3],
  ] as const)
    addArchive(name, version);
  const { exitCode, stdout, stderr } = await runVarve(dir, 'status', 'archives');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/\n +1 {2}0000_step +2 /);
  expect(stdout).toMatch(/\n +3 {2}0002_step +1 /);
  expect(stdout).toMatch(/\narchives: 3 of .*, 2 behind, 1 current\n$/);
});

it('exits with 1 and names each file that has a problem, while it counts the others', async () => {
  const { dir, addArchive, addFile } = makeWorkplace();
  addArchive('good.db', 2);
  addFile('archives/empty.db', '');
  addFile('archives/text.sqlite', 'not a database, however it is called');
  const { exitCode, stdout, stderr } = await runVarve(dir, 'status', 'archives', 'missing.db', '--json');
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^error\[FILE_EMPTY\]: .*empty\.db: /m);
  expect(stderr).toMatch(/^error\[FILE_NOT_A_DATABASE\]: .*text\.sqlite: /m);
  expect(stderr).toMatch(/^error\[FILE_NOT_FOUND\]: .*missing\.db: /m);
  const { versions, problems } = JSON.parse(stdout);
  expect(versions).toMatchObject([{ version: 2, count: 1 }]);
  expect(problems.map((problem: { code: string }) => problem.code).sort()).toEqual([
    'FILE_EMPTY',
    'FILE_NOT_A_DATABASE',
    'FILE_NOT_FOUND',
  ]);
});

it('says so when there is no archive', async () => {
  const { dir } = makeWorkplace();
  expect(await runVarve(dir, 'status', 'archives')).toMatchObject({ exitCode: 0, stdout: 'no archives\n' });
});

it('counts the archives of the configuration where none are named', async () => {
  const { dir, addArchive, addFile } = makeWorkplace();
  addArchive('a.db', 1);
  addFile(
    'varve.config.mjs',
    "export default { migrations: './drizzle', name: 'calls', archives: './archives' };",
  );
  expect(JSON.parse((await runVarve(dir, 'status', '--json')).stdout)).toMatchObject({ total: 1 });
});

it('tells a unified view and a file without its WAL from other archives', async () => {
  const { dir, addArchive } = makeWorkplace();
  addArchive('a.db', 1);
  const copied = new Database(addArchive('copied.db', 1));
  copied.pragma('journal_mode = WAL');
  copied.close();
  await runVarve(dir, 'unify', 'archives', '--into', 'archives/all.db');
  const { exitCode, stdout, stderr } = await runVarve(dir, 'status', '.');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toContain('\narchives: 2 of ');
  expect(stdout).toContain('\n1 in WAL mode without a WAL: ');
  expect(stdout).toMatch(/\na unified view, not counted: archives\/all\.db\n$/);
  expect((await runVarve(dir, 'show', 'archives/copied.db')).stdout).toMatch(/^unsealed .*may lack rows/m);

  const again = ['unify', 'archives', '--into', 'other.db'];
  const verbs = [
    again,
    ['query', 'archives', 'SELECT count(*) AS n FROM calls'],
    ['upgrade', 'archives', '--dry-run'],
  ];
  for (const args of verbs) {
    const { exitCode, stderr } = await runVarve(dir, ...args);
    expect({ args, exitCode, stderr }).toEqual({ args, exitCode: 0, stderr: '' });
  }
  expect((await runVarve(dir, ...again)).stdout).toMatch(/^other\.db: 2 unchanged; /);
  expect((await runVarve(dir, 'upgrade', 'archives/all.db')).exitCode).toBe(1);

  const shown = await runVarve(dir, 'show', 'archives/all.db');
  expect(shown.stdout).toMatch(/is a unified view: 2 archives unified\n[\s\S]*\ncalls +0\n/);
  const read = await runVarve(dir, 'read', 'archives/all.db', 'SELECT count(*) AS n FROM _archives');
  expect(read).toMatchObject({ exitCode: 0, stdout: 'n\n2\n' });
});

it('says in its help that it reads no tables, and what checks every page', async () => {
  const { stdout } = await runVarve(makeWorkplace().dir, 'status', '--help');
  expect(stdout.replace(/\s+/g, ' ')).toContain('reads no tables (upgrade --dry-run checks every page)');
});
