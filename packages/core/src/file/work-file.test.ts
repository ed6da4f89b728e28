import { createHmac } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { createSession, openArchive, restoreArchive, upgradeArchive } from '../index.ts';
import { rejectionOf } from '../testing/error-of.ts';
import { describeFolder } from '../testing/folder.ts';
import { head, history as lineage, writeFileAt } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';
import { copyFile } from './copy-file.ts';
import { durableFs } from './durable-fs.ts';
import { userCacheDir } from './private-root.ts';
import { isWorkFile, leftoverUpgrade, workFile } from './work-file.ts';

it('has a name that tells what it is of, that no other path has, and that lies in the same folder', () => {
  const names = ['/a/x.db', '/b/x.db', '/a/y.db'].flatMap((path) => [
    workFile(path, 'upgrading'),
    workFile(path, 'creating'),
  ]);
  expect(new Set(names.map((name) => basename(name).split('.').at(-2))).size).toBe(6);
  expect(workFile('/a/x.db', 'upgrading')).toMatch(/^\/a\/\.x\.db\.[0-9a-f]{16}\.upgrading$/);
  expect(names.every(isWorkFile)).toBe(true);
  const work = workFile('/a/x.db', 'upgrading');
  for (const suffix of ['', '-wal', '-journal'])
    expect(leftoverUpgrade(work + suffix)).toEqual({ work, of: '/a/x.db' });
});

it.skipIf(userCacheDir() === undefined)('has the name that it had in every run of this user', () => {
  const work = workFile('/a/x.db', 'upgrading');
  const secret = readFileSync(join(userCacheDir() ?? '', 'work-names'));
  const token = createHmac('sha256', secret).update('upgrading\0/a/x.db').digest('hex').slice(0, 16);
  expect(work).toBe(`/a/.x.db.${token}.upgrading`);
});

it('has a name that a folder can hold, whatever the length of the file’s', () => {
  const path = join('/a', `${'ü'.repeat(120)}.db`);
  const work = workFile(path, 'upgrading');
  expect(Buffer.byteLength(basename(work))).toBeLessThan(64);
  expect(isWorkFile(work)).toBe(true);
});

it('follows no link under its name, writes over nothing, and leaves what is not its own', async () => {
  const [dir, outside] = [makeTempDir(), makeTempDir()];
  const path = writeFileAt(dir, head - 1);
  writeFileSync(join(outside, 'private'), 'private');
  const guessed = ['.v4.db.upgrading', '.v4.db.sealing', '.v4.db.creating'].map((name) => join(dir, name));
  for (const name of guessed) symlinkSync(join(outside, 'planted'), name);
  // Even where somebody knows it.
  symlinkSync(join(outside, 'private'), workFile(path, 'upgrading'));
  const before = describeFolder(outside);
  const backupDir = join(dir, 'backups');
  mkdirSync(backupDir);
  symlinkSync(join(outside, 'private'), workFile(join(backupDir, 'v4.db'), 'sealing'));
  expect(await upgradeArchive(path, { lineage, backupDir })).toMatchObject({ to: head });
  expect(await restoreArchive(join(backupDir, 'v4.db'), path, { lineage })).toBe(true);
  expect(describeFolder(outside)).toEqual(before);
  expect(lstatSync(path).isFile()).toBe(true);
  expect(guessed.every((name) => lstatSync(name).isSymbolicLink())).toBe(true);
  using archive = openArchive(path, { lineage });
  expect(archive.version).toBe(head - 1);
});

const larger = { sql: `UPDATE decisions SET summary = hex(zeroblob(400000))` };

it.each([
  ['a small one', {}],
  ['a larger one', larger],
])(
  'is made exclusively: what is planted between removing and making it is not written through: %s',
  async (_, options) => {
    const [dir, outside] = [makeTempDir(), makeTempDir()];
    const path = writeFileAt(dir, head - 1, options);
    const work = workFile(path, 'upgrading');
    const before = describeFolder(dir);
    const { remove } = durableFs;
    const plant = (name: string) => {
      remove(name);
      if (name === work) symlinkSync(join(outside, 'planted'), work);
    };
    writeFileSync(work, 'left by a killed run');
    durableFs.remove = plant;
    try {
      const error = await rejectionOf(upgradeArchive(path, { lineage }));
      expect(error).toMatchObject({ code: 'FILE_BUSY', path });
    } finally {
      durableFs.remove = remove;
    }
    expect(readdirSync(outside)).toEqual([]);
    expect(describeFolder(dir)).toEqual(before);
  },
);

it('gives a restored file no reader that its backup did not have', async () => {
  const [dir, backups] = [makeTempDir(), makeTempDir()];
  const session = createSession(makeTempDir(), { lineage, session: { agentName: 'x' } });
  const backup = session.seal(backups);
  chmodSync(backup, 0o600);
  const path = join(dir, basename(backup));
  expect(await restoreArchive(backup, path, { lineage })).toBe(true);
  expect((statSync(path).mode & 0o777).toString(8)).toBe('400');
});

it('copies a file that is mostly holes as it lies, over no name that is taken', (context) => {
  const dir = makeTempDir();
  const [path, copy, planted] = ['sparse', 'copy', 'planted'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(path, 'begins');
  const sparseBytes = 300 * 1024 ** 3;
  try {
    truncateSync(path, sparseBytes);
  } catch {
    return context.skip('this file system keeps no holes of that size');
  }
  copyFile(path, copy);
  expect([statSync(copy).size, statSync(copy).blocks < 1000]).toEqual([sparseBytes, true]);
  symlinkSync(join(dir, 'elsewhere'), planted);
  expect(() => copyFile(path, planted)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  expect(readdirSync(dir)).toEqual(['copy', 'planted', 'sparse']);
});
