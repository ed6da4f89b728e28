import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { describeFolder } from '../../../core/src/testing/folder.ts';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve } from '../testing/run-varve.ts';

function setWal(path: string, sql = ''): string {
  const sqlite = new Database(path);
  sqlite.exec(`PRAGMA journal_mode = WAL; ${sql}`);
  sqlite.close();
  return path;
}

/** As a process that was killed leaves it: the last call lies in the WAL. */
function leaveWal(path: string, target: string): string {
  const sqlite = new Database(path);
  sqlite.exec(`PRAGMA journal_mode = WAL; INSERT INTO calls (tool) VALUES ('in the WAL')`);
  for (const suffix of ['', '-wal']) writeFileSync(target + suffix, readFileSync(path + suffix));
  sqlite.close();
  return target;
}

function toolsOf(path: string): unknown[] {
  const sqlite = new Database(path, { readonly: true });
  try {
    return sqlite.prepare('SELECT tool FROM calls ORDER BY id').pluck().all();
  } finally {
    sqlite.close();
  }
}

const isSealed = (path: string) =>
  [...readFileSync(path).subarray(18, 20)].join() === '1,1' && (statSync(path).mode & 0o222) === 0;

it('takes a fleet of other programs out of WAL mode, read-only, with every row and nothing beside it', async () => {
  const { dir, addArchive } = makeWorkplace();
  const archives = join(dir, 'archives');
  const plain = setWal(addArchive('plain.db', 1, 'grep'));
  const crashed = leaveWal(addArchive('crashing.db', 3, 'read'), join(archives, 'crashed.db'));
  const closed = setWal(join(archives, 'crashing.db'));
  const writable = addArchive('rollback.db', 2, 'edit');
  const then = new Date('2026-01-02T03:04:05Z');
  utimesSync(plain, then, then);
  const first = await runVarve(dir, 'seal', 'archives', '--json');
  expect(first).toMatchObject({ exitCode: 0, stderr: '' });
  expect(JSON.parse(first.stdout)).toEqual({
    sealed: 4,
    current: 0,
    failed: [],
    failures: 0,
    isStopped: false,
  });
  expect(readdirSync(archives)).toEqual(['crashed.db', 'crashing.db', 'plain.db', 'rollback.db']);
  expect([crashed, closed, plain, writable].map(isSealed)).toEqual([true, true, true, true]);
  expect(toolsOf(crashed)).toEqual(['read', 'in the WAL']);
  expect(toolsOf(plain)).toEqual(['grep']);
  expect(statSync(plain).mtime).toEqual(then);
  const sealed = describeFolder(archives);
  const again = await runVarve(dir, 'seal', 'archives');
  expect(again).toMatchObject({ exitCode: 0, stdout: '0 sealed; 4 were so already; 0 failed\n' });
  expect(describeFolder(archives)).toEqual(sealed);
});

it('names what it cannot seal, leaves that as it is with what lies beside it, and seals the rest', async () => {
  const { dir, addArchive, addFile } = makeWorkplace();
  const archives = join(dir, 'archives');
  const sound = setWal(addArchive('sound.db', 1, 'grep'));
  const foreign = leaveWal(
    setWal(addArchive('x.db', 1, 'grep'), 'DELETE FROM __drizzle_migrations'),
    join(archives, 'foreign.db'),
  );
  const text = addFile('archives/text.db', 'no database');
  const damaged = setWal(addArchive('damaged.db', 1, 'grep'));
  const bytes = readFileSync(damaged);
  bytes.fill(0xff, 4096 * 2, 4096 * 3);
  writeFileSync(damaged, bytes);
  const used = addArchive('used.db', 1, 'grep');
  const writer = new Database(used);
  onTestFinished(() => {
    writer.close();
  });
  writer.exec(`PRAGMA journal_mode = WAL; INSERT INTO calls (tool) VALUES ('more')`);
  const before = describeFolder(archives);
  const { exitCode, stdout } = await runVarve(dir, 'seal', 'archives', '--json');
  expect(exitCode).toBe(1);
  const { sealed, failed } = JSON.parse(stdout);
  expect([sealed, isSealed(sound)]).toEqual([1, true]);
  const codes = failed.map(({ path, code }: { path: string; code: string }) => [basename(path), code]);
  expect(Object.fromEntries(codes)).toEqual({
    'damaged.db': 'FILE_CORRUPT',
    'foreign.db': expect.stringMatching(/^VERSION_/),
    'text.db': 'FILE_NOT_A_DATABASE',
    'used.db': 'FILE_BUSY',
    'x.db': expect.stringMatching(/^VERSION_/),
  });
  const after = describeFolder(archives);
  for (const path of [foreign, `${foreign}-wal`, text, damaged])
    expect([path, after[basename(path)]]).toEqual([path, before[basename(path)]]);
  writer.exec(`INSERT INTO calls (tool) VALUES ('goes on')`);
  expect(toolsOf(used)).toEqual(['grep', 'more', 'goes on']);
});

it('seals no other file once more have failed than may', async () => {
  const { dir, addArchive, addFile } = makeWorkplace();
  const sound = setWal(addArchive('sound.db', 1, 'grep'));
  addFile('archives/text.db', 'no database');
  const { exitCode, stdout } = await runVarve(dir, 'seal', 'archives', '--max-failures', '0', '--json');
  expect([exitCode, JSON.parse(stdout)]).toMatchObject([1, { sealed: 0, failures: 1, isStopped: true }]);
  expect(isSealed(sound)).toBe(false);
});

it('says USAGE for a bucket', async () => {
  const { dir } = makeWorkplace();
  const { exitCode, stderr } = await runVarve(dir, 'seal', 's3://bucket/prefix');
  expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/^error\[USAGE\]: .*sealed already/)]);
});
