import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { openArchive, restoreArchive, upgradeArchive } from '../index.ts';
import { rejectionOf } from '../testing/error-of.ts';
import { describeFolder } from '../testing/folder.ts';
import { head, history as lineage, writeFileAt } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

const { decisions } = lineage.tables;
const change = "UPDATE decisions SET summary = 'changed'";

/** What a program leaves that is killed in the middle of a transaction, as much of it on the disk as its cache did not hold. */
function leaveHalfWritten(pages: number): string {
  const path = writeFileAt(makeTempDir(), 1, { decisions: 400 });
  const left = join(makeTempDir(), 'v1.db');
  const sqlite = new Database(path);
  sqlite.exec(`PRAGMA cache_size = ${pages}; BEGIN; ${change}`);
  for (const suffix of ['', '-journal']) copyFileSync(path + suffix, left + suffix);
  sqlite.close();
  return left;
}

function leaveKept(): string {
  const path = writeFileAt(makeTempDir(), 1, { decisions: 400 });
  const sqlite = new Database(path);
  sqlite.exec(`PRAGMA journal_mode = PERSIST; BEGIN; ${change}; ROLLBACK`);
  sqlite.close();
  return path;
}

function summaryIn(path: string): string | undefined {
  using archive = openArchive(path, { lineage });
  return archive.db.select().from(decisions).get()?.summary;
}

it.each([
  ['that is to take half a commit back', () => leaveHalfWritten(1)],
  ['of a commit that never reached the file', () => leaveHalfWritten(1000)],
  ['that its program keeps', leaveKept],
])(
  'upgrades and restores a file beside a journal %s, and leaves it alone in its folder',
  async (_, leave) => {
    const path = leave();
    const dir = join(path, '..');
    expect(readdirSync(dir)).toEqual(['v1.db', 'v1.db-journal']);
    expect(summaryIn(path)).toBe('decision 1');
    const backup = writeFileAt(makeTempDir(), 1);
    const other = join(makeTempDir(), 'v1.db');
    for (const suffix of ['', '-journal']) copyFileSync(path + suffix, other + suffix);
    expect(await upgradeArchive(path, { lineage })).toMatchObject({ to: head, changed: true });
    expect([readdirSync(dir), summaryIn(path)]).toEqual([['v1.db'], 'decision 1']);
    await restoreArchive(backup, other, { lineage, overwrite: true });
    expect(readdirSync(join(other, '..'))).toEqual(['v1.db']);
  },
);

it('leaves a file alone that another program is writing to', async () => {
  const path = writeFileAt(makeTempDir(), 1);
  const other = new Database(path);
  other.exec(`BEGIN; ${change}`);
  const before = describeFolder(join(path, '..'));
  expect(await rejectionOf(upgradeArchive(path, { lineage }))).toMatchObject({ code: 'FILE_CHANGED' });
  expect(describeFolder(join(path, '..'))).toEqual(before);
  other.exec('COMMIT');
  other.close();
  expect(summaryIn(path)).toBe('changed');
});
