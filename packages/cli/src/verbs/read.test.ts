import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve } from '../testing/run-varve.ts';

it('reads an old archive at head schema, and leaves it untouched and alone', async () => {
  const { dir, addArchive } = makeWorkplace();
  const path = addArchive('old.db', 1, 'search');
  const before = readFileSync(path);
  const { exitCode, stdout, stderr } = await runVarve(dir, 'read', path, 'SELECT * FROM calls');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toBe('id  tool    duration_ms  status\n 1  search               ok\n');
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(readdirSync(join(dir, 'archives'))).toEqual(['old.db']);
});

it.each([
  { version: 1, code: 'SQL_FAILED' },
  { version: 3, code: 'SQL_REFUSED' },
])(
  'says $code of an UPDATE over an archive of version $version, which stays as it is',
  async ({ version, code }) => {
    const { dir, addArchive } = makeWorkplace();
    const path = addArchive('a.db', version, 'search');
    chmodSync(path, 0o644);
    const before = readFileSync(path);
    const { exitCode, stderr } = await runVarve(
      dir,
      'read',
      path,
      "UPDATE calls SET tool = 'x' RETURNING tool",
    );
    expect(exitCode).toBe(2);
    expect(stderr.startsWith(`error[${code}]: `)).toBe(true);
    expect(readFileSync(path).equals(before)).toBe(true);
  },
);

it.each([
  ['FILE_NOT_FOUND', 'missing.db', undefined],
  ['FILE_EMPTY', 'archives/empty.db', ''],
  ['FILE_NOT_A_DATABASE', 'archives/text.db', 'nothing of the kind'],
])('says %s and exits with 1', async (code, name, content) => {
  const { dir, addFile } = makeWorkplace();
  if (content !== undefined) addFile(name, content);
  const { exitCode, stdout, stderr } = await runVarve(dir, 'read', name, 'SELECT 1', '--json');
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(new RegExp(`^error\\[${code}\\]: .*${name}: .*\\nhint: .*\\n$`));
});
