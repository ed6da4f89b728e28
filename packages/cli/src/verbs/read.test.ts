import { once } from 'node:events';
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Migration, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve, startVarve } from '../testing/run-varve.ts';

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
  ['reads a file of newer code that has all that head knows', 'ALTER TABLE calls ADD COLUMN model text', ''],
  [
    'refuses a file of newer code that lacks what head knows',
    'ALTER TABLE calls DROP COLUMN status',
    /^error\[VERSION_AHEAD\]: .*calls\.status/,
  ],
])('with --newer it %s', async (_, sql, said) => {
  const { dir, lineage, addArchive } = makeWorkplace();
  const path = addArchive('newer.db', 3, 'search');
  const next: Migration = { name: '0003_next', createdAtMs: 1_800_000_000_000, sql };
  const sqlite = new Database(path);
  replayMigrations(sqlite, { ...lineage, migrations: [...lineage.migrations, next] });
  sqlite.close();
  const refused = await runVarve(dir, 'read', path, 'SELECT tool FROM calls');
  expect(refused.stderr).toMatch(/^error\[VERSION_AHEAD\]/);
  const { stdout, stderr } = await runVarve(dir, 'read', '--newer', path, 'SELECT tool FROM calls');
  expect(stdout).toBe(said === '' ? 'tool\nsearch\n' : '');
  expect(stderr).toMatch(said);
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

const counting = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)';

it('prints rows as they come, and ends well when nobody reads on', async () => {
  const { dir, addArchive } = makeWorkplace();
  const path = addArchive('old.db', 1, 'search');
  const varve = startVarve(dir, 'read', path, `${counting} SELECT i, 'endless' AS it FROM n`, '--csv');
  const stderr = text(varve.stderr);
  const [first] = (await once(varve.stdout, 'data')) as [Buffer];
  varve.stdout.destroy();
  expect(first.toString().startsWith('i,it\n1,endless\n2,endless\n')).toBe(true);
  expect(await once(varve, 'exit')).toEqual([0, null]);
  expect(await stderr).toBe('');
});

it.each(['--json', '--csv'])('exits with 2 when a query fails after %s has begun', async (format) => {
  const { dir, addArchive } = makeWorkplace();
  const path = addArchive('old.db', 1, 'search');
  const sql = `${counting} SELECT CASE WHEN i < 20000 THEN i ELSE json('no JSON') END AS it FROM n`;
  const { exitCode, stdout, stderr } = await runVarve(dir, 'read', path, sql, format);
  expect(exitCode).toBe(2);
  expect(stdout.length).toBeGreaterThan(50_000);
  expect(stderr).toMatch(/^error\[SQL_FAILED\]: .*malformed JSON\nhint: .*\n$/);
});
