import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve } from '../testing/run-varve.ts';

it('brings archives to head and keeps the originals where it is told to', async () => {
  const { dir, addArchive } = makeWorkplace();
  const old = addArchive('old.db', 1, 'search');
  addArchive('new.db', 3, 'read');
  const original = readFileSync(old);
  const { exitCode, stdout, stderr } = await runVarve(
    dir,
    'upgrade',
    'archives',
    '--backup',
    'originals',
    '--jobs',
    '2',
  );
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^1 upgraded, .* in .* s; 1 at head already; 0 failed\n$/);
  expect(JSON.parse((await runVarve(dir, 'status', 'archives', '--json')).stdout)).toMatchObject({
    versions: [{ version: 3, count: 2 }],
  });
  expect(readdirSync(join(dir, 'archives')).sort()).toEqual(['new.db', 'old.db']);
  const kept = readdirSync(join(dir, 'originals'), { recursive: true, withFileTypes: true }).filter((it) =>
    it.isFile(),
  );
  expect(kept.map((it) => readFileSync(join(it.parentPath, it.name)).equals(original))).toEqual([true]);
});

it('exits with 1, leaves what cannot be upgraded as it was, and does the rest', async () => {
  const { dir, addArchive, addFile } = makeWorkplace();
  addFile('drizzle/0001_step.sql', 'CREATE UNIQUE INDEX one_call_a_tool ON calls (tool);');
  addArchive('good.db', 1, 'search', 'read');
  const bad = addArchive('bad.db', 1, 'search', 'search');
  addFile('archives/text.db', 'no database');
  const before = readFileSync(bad);
  const report = ['--report', 'report.jsonl'];
  const { exitCode, stdout, stderr } = await runVarve(dir, 'upgrade', 'archives', '--json', ...report);
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ upgraded: 1 });
  expect(stderr).toMatch(/^error\[MIGRATION_FAILED\]: .*bad\.db: /m);
  expect(stderr).toMatch(/^error\[FILE_NOT_A_DATABASE\]: .*text\.db: /m);
  expect(readFileSync(bad).equals(before)).toBe(true);
  const lines = readFileSync(join(dir, 'report.jsonl'), 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line)).map(({ state, problem }) => [state, problem?.code])).toEqual(
    expect.arrayContaining([
      ['upgraded', undefined],
      ['failed', 'MIGRATION_FAILED'],
      ['failed', 'FILE_NOT_A_DATABASE'],
    ]),
  );

  copyFileSync(join(dir, 'archives/good.db'), bad);
  const again = await runVarve(dir, 'upgrade', 'archives/bad.db', ...report);
  expect(again.stderr).toMatch(/^error\[MIGRATION_FAILED\]: .*bad\.db: /m);
  expect(await runVarve(dir, 'upgrade', 'archives/bad.db', ...report, '--retry')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('1 at head already'),
  });
});

it('takes no file for a report that is none', async () => {
  const { dir, addFile } = makeWorkplace();
  addFile('notes.txt', 'notes');
  const report = ['--report', 'notes.txt', '--retry'];
  const { exitCode, stderr } = await runVarve(dir, 'upgrade', 'archives', ...report);
  expect([exitCode, readFileSync(join(dir, 'notes.txt'), 'utf8')]).toEqual([2, 'notes']);
  expect(stderr).toMatch(/^error\[USAGE\]: /);
});

it('says USAGE for a number of jobs that is none', async () => {
  const { exitCode, stderr } = await runVarve('.', 'upgrade', 'archives', '--jobs=0');
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^error\[USAGE\]: .*--jobs/);
});

it('shows with --verbose what is behind a problem, also where a worker found it', async () => {
  const { dir, addArchive, addFile } = makeWorkplace();
  addFile('drizzle/0001_step.sql', 'CREATE UNIQUE INDEX one_call_a_tool ON calls (tool);');
  addArchive('bad.db', 1, 'search', 'search');
  const { stderr } = await runVarve(dir, 'upgrade', 'archives', '--jobs', '2', '--verbose');
  expect(stderr).toMatch(
    /^error\[MIGRATION_FAILED\]: [^\n]*\nhint: [^\n]*\n\s*VarveError: [\s\S]*\n +at .*upgrade/m,
  );
  expect((await runVarve(dir, 'upgrade', 'archives', '--jobs', '2')).stderr).not.toMatch(/\n +at /);
});
