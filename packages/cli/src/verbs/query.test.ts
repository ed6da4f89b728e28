import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve } from '../testing/run-varve.ts';

function makeMixedArchives() {
  const workplace = makeWorkplace();
  workplace.addArchive('old.db', 1, 'search');
  workplace.addArchive('new.db', 3, 'search', 'read');
  return workplace;
}

const countCalls = 'SELECT tool, status, count(*) AS calls FROM calls GROUP BY tool, status ORDER BY tool';

it('answers at head schema across archives of mixed versions, and leaves them alone in their folder', async () => {
  const { dir } = makeMixedArchives();
  const before = readArchives(dir);
  const { exitCode, stdout, stderr } = await runVarve(dir, 'query', 'archives', countCalls);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toBe('tool    status  calls\nread    ok          1\nsearch  ok          2\n');
  expect(readArchives(dir)).toEqual(before);
});

it('prints one JSON value on stdout, also when an archive is left out', async () => {
  const { dir, addFile } = makeMixedArchives();
  addFile('archives/bad.db', 'not a database');
  const { exitCode, stdout, stderr } = await runVarve(dir, 'query', 'archives', countCalls, '--json');
  expect(JSON.parse(stdout)).toEqual([
    { tool: 'read', status: 'ok', calls: 1 },
    { tool: 'search', status: 'ok', calls: 2 },
  ]);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^error\[FILE_NOT_A_DATABASE\]: .*bad\.db: .*\nhint: .*\n$/);
});

it('prints CSV, also of what CSV has no word for', async () => {
  const { dir } = makeMixedArchives();
  const sql = `SELECT tool, NULL AS missing, '' AS empty, 'a "b",' AS quoted, x'00ff' AS bytes FROM calls ORDER BY 1 LIMIT 1`;
  const { exitCode, stdout } = await runVarve(dir, 'query', 'archives', sql, '--csv');
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: 'tool,missing,empty,quoted,bytes\nread,,"","a ""b"",",AP8=\n',
  });
});

it('answers over a unified view without its archives and without a configuration', async () => {
  const { dir } = makeMixedArchives();
  expect((await runVarve(dir, 'unify', 'archives', '--into', 'archives/unified.db')).exitCode).toBe(0);
  const run = await runVarve(
    join(dir, 'archives'),
    'query',
    'unified.db',
    'SELECT DISTINCT _version AS v FROM calls',
    '--json',
  );
  expect({ ...run, stdout: JSON.parse(run.stdout) }).toEqual({
    exitCode: 0,
    stderr: '',
    stdout: [{ v: 3 }, { v: 1 }],
  });
});

it.each([
  ['SQL_REFUSED', "ATTACH 'other.db' AS other"],
  ['SQL_REFUSED', 'DELETE FROM calls RETURNING tool'],
  ['SQL_FAILED', 'SELECT * FROM nowhere'],
])('says %s and exits with 2 for %s', async (code, sql) => {
  const { dir } = makeMixedArchives();
  const before = readArchives(dir);
  const { exitCode, stdout, stderr } = await runVarve(dir, 'query', 'archives', sql);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr.startsWith(`error[${code}]: `)).toBe(true);
  expect(readArchives(dir)).toEqual(before);
  expect(existsSync(join(dir, 'other.db'))).toBe(false);
});

it.each([
  ['without SQL', ['archives'], 'there is no SQL to run'],
  ['with a pattern in its place', ['archives', 'old/*.db'], 'there is no SQL to run'],
  ['before the archives', [countCalls, 'archives'], 'the SQL comes last'],
])('says USAGE %s', async (_title, args, message) => {
  const { dir } = makeMixedArchives();
  const { exitCode, stdout, stderr } = await runVarve(dir, 'query', ...args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain(`error[USAGE]: ${message}`);
});

function readArchives(dir: string): [string, string][] {
  const archives = join(dir, 'archives');
  return readdirSync(archives).map((name) => [name, readFileSync(join(archives, name), 'base64')]);
}
