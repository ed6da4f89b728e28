import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { VarveError } from '@varve/schema';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { makeTempDir } from '../testing/temp-dir.ts';
import { fileError } from './file-error.ts';

it('gives every errno of the system a meaning', () => {
  for (const code of [...Object.keys(constants.errno), 'EDQUOT', 'EOTHER']) {
    const cause = Object.assign(new Error(`${code}: it failed, open 'x'`), { code, syscall: 'open' });
    const error = fileError(cause, 'x');
    expect(error, code).toBeInstanceOf(VarveError);
    expect((error as VarveError).message).toContain(code);
    expect((error as VarveError).hint).toMatch(/\w+ \w+ \w+/);
  }
});

it.skipIf(process.platform === 'win32')(
  'says what stands in the way of writing where a file may not grow',
  () => {
    const program = `
    const sqlite = require('better-sqlite3')(process.argv[1]);
    try { sqlite.exec('CREATE TABLE t AS SELECT zeroblob(1000000)'); } catch (error) { console.log(error.code); }`;
    const limited = ['-c', 'ulimit -f 100; exec "$0" "$@"', process.execPath, '-e', program];
    const { stdout } = spawnSync('bash', [...limited, join(makeTempDir(), 'limited.db')], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    });
    expect(stdout).toBe('SQLITE_IOERR_WRITE\n');
    const cause = Object.assign(Object.create(Database.SqliteError.prototype), { code: stdout.trim() });
    expect(fileError(cause, 'x', 'write')).toMatchObject({
      code: 'DISK_FULL',
      message: expect.stringMatching(/limit of the size of files .*SQLITE_IOERR_WRITE/),
    });
  },
);

it('calls a file damaged only where SQLite does', () => {
  const sqlite = new Database(':memory:');
  const codeOf = (sql: string) => {
    try {
      sqlite.exec(sql);
    } catch (error) {
      return (fileError(error, 'x') as { code: string }).code;
    }
    return undefined;
  };
  expect(codeOf('SELECT theirs(1)')).toBe('FILE_UNSUPPORTED');
  expect(codeOf('CREATE VIRTUAL TABLE v USING theirs(x)')).toBe('FILE_UNSUPPORTED');
  expect(codeOf('SELECT zeroblob(2000000000)')).toBe('FILE_UNSUPPORTED');
  const errorOf = (code: string) => Object.assign(Object.create(Database.SqliteError.prototype), { code });
  expect(fileError(errorOf('SQLITE_CORRUPT_INDEX'), 'x')).toMatchObject({ code: 'FILE_CORRUPT' });
  // What it says of a full disk where it lays the index of a WAL.
  expect(fileError(errorOf('SQLITE_IOERR_SHMSIZE'), 'x')).toMatchObject({ code: 'DISK_FULL' });
  // Of rows, and of who writes them.
  expect(codeOf('CREATE TEMP TABLE u (x UNIQUE); INSERT INTO u VALUES (1), (1)')).toBe(
    'SQLITE_CONSTRAINT_UNIQUE',
  );
  sqlite.close();
});
